"""Takes over the organisation from a source: all of it in one transaction, or nothing. Safe to repeat."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.actions import end_access
from accounts.models import User
from accounts.policy import unknown_roles
from approvals.directory_rows import load_directory
from approvals.models import Department, DepartmentHead, DepartmentMember, Group, GroupMember, ListedId
from approvals.roster_check import House
from approvals.roster_plan import Change, Options, Plan, Verb, plan
from approvals.sources.roster import DirectorySource
from bedrock.errors import BadInput
from workflows.actions import audit
from workflows.engine.calendar_book import CalendarBook
from workflows.queries import present_world

_LOCK = 7_301_013  # advisory lock: two imports at once would each add what the other adds
_PERSON_COLUMNS = {"name": "display_name", "email": "email", "roles": "roles", "active": "is_active"}

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was to be done, and whether it was: not when there were faults, and not in a dry run."""

    plan: Plan
    is_applied: bool


def import_directory(
    source: DirectorySource, *, options: Options, is_dry: bool, by: audit.By, now: datetime
) -> Imported:
    """The house as the source tells it. People who are missing there go only if `options` say so.

    Raises BadInput `user.unknown_roles`, and what reading the source raises; faults of its content are in the plan.
    """
    unknown = unknown_roles(options.new_roles)
    if unknown:
        raise BadInput("user.unknown_roles", f"There are no roles {', '.join(unknown)}.", roles=list(unknown))
    roster = source.read()  # takes its time, and no lock
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        planned = plan(roster, _house(source.name), options=options)
        writing = [one for one in planned.changes if one.verb is not Verb.LEAVE]
        if planned.faults or is_dry:
            return Imported(plan=planned, is_applied=False)
        if writing:
            _Writer(source.name).write(writing)
            counts = {verb.value: planned.count(verb) for verb in Verb}
            audit.record(
                "directory.import", by=by, reason="", now=now, after=counts,
                on=audit.AuditObject(type="directory", id=source.name, title=source.name),
            )  # fmt: skip
    _logger.info("directory imported", extra={"action": "approvals.directory_imported", "changes": len(writing)})
    return Imported(plan=planned, is_applied=True)


def _house(source: str) -> House:
    links = ListedId.objects.filter(source=source).values_list("external_id", "user_id")
    return House(
        directory=load_directory(),
        emails={str(key): email for key, email in User.objects.values_list("pk", "email")},
        links={listed: str(person) for listed, person in links},
        calendars=frozenset(present_world().need(CalendarBook)),
    )


class _Writer:
    """Carries out changes in their order. People who are there are locked by their keys, before anything is written."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.users: dict[str, User] = {}  # by username
        self.departments: dict[str, Department] = {}

    def write(self, changes: list[Change]) -> None:
        known = [one.person for one in changes if one.person is not None]
        list(User.objects.select_for_update().filter(pk__in=known).order_by("pk").values_list("pk"))
        self.users = {user.username: user for user in User.objects.all()}
        self.departments = {one.key: one for one in Department.objects.all()}
        for one in changes:
            match one.kind:
                case "department":
                    self.department(one)
                case "group":
                    self.group(one)
                case _:
                    self.person(one)
        self.parents(changes)

    def department(self, change: Change) -> None:
        row = self.departments.get(change.key) or Department(key=change.key, name={})
        fields = _after(change)
        row.name = fields.get("name", row.name)
        row.calendar = fields.get("calendar", row.calendar) or ""
        row.save()
        self.departments[change.key] = row
        if "heads" in fields:
            row.heads.all().delete()
            DepartmentHead.objects.bulk_create(
                DepartmentHead(department=row, user=self.users[name], position=position)
                for position, name in enumerate(fields["heads"])
            )

    def parents(self, changes: list[Change]) -> None:
        """Last, when every department is there."""
        for one in changes:
            if one.kind == "department" and "parent" in one.fields:
                above = _after(one)["parent"]
                row = self.departments[one.key]
                row.parent = None if above is None else self.departments[above]
                row.save(update_fields=["parent"])

    def person(self, change: Change) -> None:
        if change.verb is Verb.DEACTIVATE:
            end_access(self.users[change.key])
            return
        fields = _after(change)
        user = self.users.get(change.key) or User(username=change.key)
        if user.pk is None:
            user.set_unusable_password()
        for name, column in _PERSON_COLUMNS.items():
            if name in fields:
                setattr(user, column, fields[name])
        user.save()
        self.users[change.key] = user
        if "department" in fields:
            DepartmentMember.objects.filter(user=user).delete()
            if fields["department"] is not None:
                DepartmentMember.objects.create(user=user, department=self.departments[fields["department"]])
        ListedId.objects.get_or_create(source=self.source, external_id=change.listed, user=user)

    def group(self, change: Change) -> None:
        fields = _after(change)
        row, _ = Group.objects.get_or_create(key=change.key, defaults={"name": fields.get("name", {})})
        if "name" in fields:
            Group.objects.filter(pk=row.pk).update(name=fields["name"])
        if "members" in fields:
            before, after = set(change.fields["members"][0] or ()), list(fields["members"])
            GroupMember.objects.filter(group=row, user__username__in=before - set(after)).delete()
            new = [GroupMember(group=row, user=self.users[name]) for name in after if name not in before]
            GroupMember.objects.bulk_create(new)


def _after(change: Change) -> dict[str, Any]:
    return {name: after for name, (_, after) in change.fields.items()}
