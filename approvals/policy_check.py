"""What became of the people and times that a live flow counts on: flows rot when the house changes, not when they are
drawn. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from approvals.approval_config import ApprovalConfig
from approvals.candidates import Candidate, Kind
from approvals.delegation import MAX_CHAIN, circle
from approvals.directory import Directory
from approvals.presence import Presence
from approvals.target_people import people_of, seat_of
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendars import NoOpenTime
from workflows.engine.node_type import Problem
from workflows.engine.plan import Plan
from workflows.engine.world import World

# Of what is only a warning where a flow is drawn, this is about the house, and may have come since.
OF_THE_HOUSE: Final = ("approval.inactive_user", "approval.empty_group", "approval.empty_role", "calendar.")


def has_come_since(problem: Problem) -> bool:
    """Whether this problem of a live flow is news: it could not be published any more, or the house has changed."""
    return problem.severity == "error" or problem.code.startswith(OF_THE_HOUSE)


def flow_findings(plan: Plan, *, world: World, now: datetime) -> Iterator[Problem]:
    """What nobody may publish against, and somebody should look at: of each approval, and of all together."""
    directory, book = world.need(Directory), world.need(CalendarBook)
    alone: dict[str, list[str]] = defaultdict(list)
    for node in plan.nodes.values():
        if not isinstance(node.config, ApprovalConfig):
            continue
        presence = Presence(
            directory=directory, book=book, calendar=node.config.calendar, offline=node.config.offline != "ignore"
        )
        for index, target in enumerate(node.config.assign):
            place = {"node": node.id, "path": f"assign.{index}"}
            seat = seat_of(target, directory=directory)
            if seat is not None:
                yield from _pool(seat, directory=directory, **place)
                yield from _time(seat, presence=presence, now=now, **place)
        people, everybody = people_of(node.config.assign, directory=directory)
        if everybody and len(people) == 1:
            alone[people.pop()].append(node.id)
    for person, nodes in alone.items():
        if len(nodes) > 1:
            yield from _every_level(directory, person, nodes)


def house_findings(directory: Directory, *, now: datetime) -> Iterator[Problem]:
    """What is wrong with the organisation itself."""
    yield from _delegations(directory, now=now)
    for key, department in sorted(directory.departments.items()):
        above = directory.ancestry(key)
        if above and above[-1].parent in {one.key for one in above}:
            yield Problem(
                code="policy.department_circle", params={"department": key},
                message=f"Expected a department with a way to the top, found {key!r} above itself.",
            )  # fmt: skip
        for head in map(directory.person, department.heads):
            if head is None or head.may_decide:
                continue
            yield Problem(
                code="policy.head_gone", severity="warning", params={"department": key, "user": head.username},
                message=f"Expected a head of {key!r} who may decide, found {head.username!r}, who may not.",
            )  # fmt: skip


def _delegations(directory: Directory, *, now: datetime) -> Iterator[Problem]:
    """Delegations that hold, or will, and lead to nobody: a circle is told once, whoever it is entered by."""
    standing = [one for given in directory.delegations.values() for one in given if one.end > now]
    told: set[frozenset[str]] = set()
    for given in standing:
        to = directory.person(given.to)
        if to is None or not to.may_decide:
            who = {"user": _username(given.by, directory), "to": _username(given.to, directory)}
            yield Problem(
                code="policy.delegate_gone", severity="warning", params=who,
                message=f"Expected a delegate of {who['user']!r} who may decide, found {who['to']!r}, who may not.",
            )  # fmt: skip
        way = circle(given, standing)
        if way is None or frozenset(way) in told:
            continue
        told.add(frozenset(way))
        names = [_username(one, directory) for one in way]
        yield Problem(
            code="policy.delegation_circle" if way[0] == way[-1] else "policy.delegation_too_long",
            severity="warning", params={"people": names, "most": MAX_CHAIN},
            message=f"Expected delegations that lead to somebody in at most {MAX_CHAIN} steps, "
            f"found {' → '.join(names)}.",
        )  # fmt: skip


def _username(person_id: str, directory: Directory) -> str:
    person = directory.person(person_id)
    return person_id if person is None else person.username


def _pool(seat: Candidate, *, directory: Directory, node: str, path: str) -> Iterator[Problem]:
    people = seat.people(directory)
    if seat.kind is not Kind.USER and len(people) == 1:
        yield Problem(
            code="policy.pool_of_one", severity="warning", node=node, path=path,
            params={seat.kind.value: seat.key, "user": people[0].username},
            message=f"Expected several people in {seat.key!r}, found {people[0].username!r} alone: "
            "on leave, nobody decides.",
        )  # fmt: skip


def _time(seat: Candidate, *, presence: Presence, now: datetime, node: str, path: str) -> Iterator[Problem]:
    """Somebody must be there some time: breaks, leave and calendars together may leave nothing."""
    if not seat.people(presence.directory):
        return
    there = presence.availability([seat])
    try:
        if there is not None:
            there.next_open(now)
            return
    except NoOpenTime:
        pass
    yield Problem(
        code="policy.never_there", node=node, path=path, params={seat.kind.value: _name(seat, presence.directory)},
        message="Expected somebody to be there within a year, found that breaks, leave and calendar leave no time.",
    )  # fmt: skip


def _every_level(directory: Directory, person: str, nodes: Sequence[str]) -> Iterator[Problem]:
    found = directory.person(person)
    if found is not None:
        yield Problem(
            code="policy.same_person", severity="warning", node=nodes[0],
            params={"user": found.username, "steps": list(nodes)},
            message=f"Expected different people at {len(nodes)} steps, found {found.username!r} alone at each.",
        )  # fmt: skip


def _name(seat: Candidate, directory: Directory) -> str:
    return _username(seat.key, directory) if seat.kind is Kind.USER else seat.key
