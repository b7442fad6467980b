"""Loads the directory from its rows, in a fixed number of queries. The shell keeps it until a revision changes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time

from accounts.models import User
from approvals import models as rows
from approvals.directory import SUPERUSER, Absence, Delegation, Department, Directory, Group, Person
from workflows.engine.calendar_windows import OfflineLabel, OfflineWindow, instant_of, zone_of
from workflows.engine.graph import LocalText


def load_directory() -> Directory:
    """The organisation as its rows are now."""
    windows = list(rows.OfflineWindow.objects.order_by("pk"))
    departments = {department.pk: department for department in rows.Department.objects.all()}
    heads: dict[int, list[str]] = defaultdict(list)
    for department, user in rows.DepartmentHead.objects.order_by("position").values_list("department_id", "user_id"):
        heads[department].append(str(user))
    placements = dict(rows.DepartmentMember.objects.values_list("user_id", "department_id"))
    return Directory(
        people=_people(windows, {user: departments[place].key for user, place in placements.items()}),
        groups=_groups(windows),
        departments={
            department.key: Department(
                key=department.key,
                name=LocalText.model_validate(department.name),
                parent=None if department.parent_id is None else departments[department.parent_id].key,
                heads=tuple(heads[department.pk]),
                calendar=department.calendar or None,
                offline=_offline(window for window in windows if window.department_id == department.pk),
            )
            for department in departments.values()
        },
        delegations=_delegations(),
    )


def _delegations() -> dict[str, tuple[Delegation, ...]]:
    found: dict[str, list[Delegation]] = defaultdict(list)
    for row in rows.Delegation.objects.order_by("pk"):
        start, end = bounds_of(row)
        if start < end:  # one that was ended before it began never was
            found[str(row.person_id)].append(
                Delegation(by=str(row.person_id), to=str(row.to_id), start=start, end=end, flows=frozenset(row.flows))
            )
    return {person: tuple(given) for person, given in found.items()}


def bounds_of(row: rows.Delegation) -> tuple[datetime, datetime]:
    """From when (inclusive) until when (exclusive) a delegation holds: whole days of its zone, or ended early."""
    start, end = (instant_of(zone_of(row.zone), datetime.combine(day, time())) for day in (row.start, row.end))
    return start, end if row.ended_at is None else min(end, row.ended_at)


def _people(windows: list[rows.OfflineWindow], places: dict[int, str]) -> dict[str, Person]:
    absences: dict[int, list[Absence]] = defaultdict(list)
    for absence in rows.Absence.objects.order_by("start"):
        absences[absence.person_id].append(Absence(start=absence.start, end=absence.end))
    offline: dict[int, list[rows.OfflineWindow]] = defaultdict(list)
    for window in windows:
        if window.person_id is not None:
            offline[window.person_id].append(window)
    return {
        str(user.pk): Person(
            id=str(user.pk),
            username=user.username,
            name=user.get_full_name(),
            active=user.is_active,
            roles=(*sorted(user.roles), *([SUPERUSER] if user.is_superuser else [])),
            department=places.get(user.pk),
            offline=_offline(offline[user.pk]),
            absences=tuple(absences[user.pk]),
        )
        for user in User.objects.only("username", "display_name", "is_active", "is_superuser", "roles")
    }


def _groups(windows: list[rows.OfflineWindow]) -> dict[str, Group]:
    members: dict[int, list[str]] = defaultdict(list)
    for group, user in rows.GroupMember.objects.order_by("pk").values_list("group_id", "user_id"):
        members[group].append(str(user))
    return {
        group.key: Group(
            key=group.key,
            name=LocalText.model_validate(group.name),
            members=tuple(members[group.pk]),
            calendar=group.calendar or None,
            offline=_offline(window for window in windows if window.group_id == group.pk),
        )
        for group in rows.Group.objects.all()
    }


def _offline(windows: Iterable[rows.OfflineWindow]) -> tuple[OfflineWindow, ...]:
    return tuple(
        OfflineWindow(
            days=tuple(window.days),
            window=(window.start, window.until),
            label=OfflineLabel(zh=window.label.get("zh", ""), en=window.label.get("en", "")),
        )
        for window in windows
    )
