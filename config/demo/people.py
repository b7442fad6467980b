"""The demo's organisation: accounts with their roles, groups, departments, working time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.actions import HashedPassword, ensure_user
from accounts.models import User
from accounts.policy import Role
from approvals.models import Department, DepartmentHead, DepartmentMember, Group, GroupMember, OfflineWindow
from workflows.actions.calendars import save_calendar
from workflows.engine.calendar_document import WEEKDAYS
from workflows.holidays_cn import ZONE, day_overrides, is_confirmed

CALENDAR: Final = "company"
HOURS: Final = ("09:00-18:00",)
EVERY_DAY: Final = [0, 1, 2, 3, 4, 5, 6]
LUNCH: Final = (12 * 60, 13 * 60 + 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A demo account and the department it belongs to."""

    name: str
    role: Role
    department: str | None = None


ACCOUNTS: Final[Mapping[str, Account]] = {
    "admin": Account(name="林管理", role=Role.DESIGNER),
    "cs1": Account(name="周客服", role=Role.REQUESTER, department="service"),
    "finance1": Account(name="王财务", role=Role.APPROVER, department="finance"),
    "finance2": Account(name="李财务", role=Role.APPROVER, department="finance"),
    "backup1": Account(name="陈主管", role=Role.APPROVER, department="finance"),
    "backup2": Account(name="赵主管", role=Role.APPROVER, department="operations"),
    "ops1": Account(name="孙运营", role=Role.APPROVER, department="operations"),
    "ops2": Account(name="吴运营", role=Role.APPROVER, department="operations"),
    "supervisor1": Account(name="郑督导", role=Role.SUPERVISOR, department="service"),
    "warehouse1": Account(name="钱仓管", role=Role.APPROVER, department="operations"),
    "auditor1": Account(name="冯审计", role=Role.AUDITOR),
    "shop": Account(name="商城系统", role=Role.INTEGRATION),
}

GROUPS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "finance": ("财务组", "Finance", ("finance1", "finance2")),
    "finance-backup": ("部门负责人备选组", "Backup of department heads", ("backup1", "backup2")),
    "operations": ("运营组", "Operations", ("ops1", "ops2")),
    "warehouse": ("仓库组", "Warehouse", ("warehouse1", "ops2")),
    "supervisors": ("督导组", "Supervisors", ("supervisor1",)),
}

DEPARTMENTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "service": ("客服部", "Customer service", "supervisor1"),
    "finance": ("财务部", "Finance department", "backup1"),
    "operations": ("运营部", "Operations department", "backup2"),
}


@transaction.atomic
def ensure_people(*, password: str, now: datetime) -> dict[str, User]:
    """Every demo account by user name, in its groups and department, with its working time."""
    people = _accounts(password)
    _calendar(now)
    for key, (zh, en, members) in GROUPS.items():
        name = {"zh": zh, "en": en}
        group, _ = Group.objects.get_or_create(key=key, defaults={"name": name, "calendar": CALENDAR})
        for member in members:
            GroupMember.objects.get_or_create(group=group, user=people[member])
    for key, (zh, en, head) in DEPARTMENTS.items():
        named = {"name": {"zh": zh, "en": en}, "calendar": CALENDAR}
        led, is_new = Department.objects.get_or_create(key=key, defaults=named)
        if is_new:
            DepartmentHead.objects.create(department=led, user=people[head], position=0)
    for username, account in ACCOUNTS.items():
        if account.department is not None:
            department = Department.objects.get(key=account.department)
            DepartmentMember.objects.get_or_create(user=people[username], defaults={"department": department})
    OfflineWindow.objects.get_or_create(
        group=Group.objects.get(key="finance"),
        start=LUNCH[0],
        until=LUNCH[1],
        defaults={"days": EVERY_DAY, "label": {"zh": "午休", "en": "Lunch"}},
    )
    return people


def _accounts(password: str) -> dict[str, User]:
    stored = {user.username: user for user in User.objects.filter(username__in=ACCOUNTS)}
    # All share one hash, so one look tells for all: the start of a demo should not be felt.
    if (
        set(stored) == set(ACCOUNTS)
        and len({user.password for user in stored.values()}) == 1
        and all(_is_as_wanted(user) for user in stored.values())
        and stored["admin"].check_password(password)
    ):
        return stored
    hashed = HashedPassword.of(password)
    return {
        username: ensure_user(username, password=hashed, display_name=account.name, roles=[account.role], is_demo=True)
        for username, account in ACCOUNTS.items()
    }


def _is_as_wanted(user: User) -> bool:
    account = ACCOUNTS[user.username]
    return user.is_active and user.is_demo and list(user.roles) == [account.role] and user.display_name == account.name


def _calendar(now: datetime) -> None:
    """Monday to Friday 9 to 18, with China's holidays and make-up days of last year, this one and the next."""
    years = range(now.year - 1, now.year + 2)
    days: dict[str, list[str]] = {}
    for year in years:
        days |= day_overrides(year, windows=HOURS)
    document = {
        "zone": ZONE,
        "week": {day: [] if day in ("sat", "sun") else list(HOURS) for day in WEEKDAYS},
        "days": days,
        "offline": [],
        "absences": [],
        "confirmed_years": [year for year in years if is_confirmed(year)],
    }
    save_calendar(CALENDAR, name={"zh": "公司工作时间", "en": "Company hours"}, document=document, now=now)
