"""A small organisation and the refund flow's approvals for tests: values only, no rows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from approvals.directory import Absence, Department, Directory, Group, Person
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_windows import OfflineWindow, WorkingHours
from workflows.engine.calendars import Calendar
from workflows.engine.events import Actor
from workflows.engine.facts import Noted
from workflows.engine.graph import LocalText
from workflows.engine.registry import discover
from workflows.engine.world import World, world_of
from workflows.testing import Harness

discover("workflows.engine.nodes")
discover("approvals.nodes")

DAY = ((540, 720), (780, 1080))  # 09:00-12:00, 13:00-18:00
OFFICE = Calendar(WorkingHours(zone="Asia/Shanghai", week=(DAY,) * 5 + ((), ()), days=((date(2026, 2, 14), DAY),)))
LUNCH = OfflineWindow(days=(0, 1, 2, 3, 4, 5, 6), window=(720, 810))  # 12:00-13:30
MONDAY = datetime(2026, 1, 26, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def at(hour: int, minute: int = 0, *, day: int = 26) -> datetime:
    """A time of January 2026 in Shanghai, from 08:00 on; the 26th is a Monday."""
    return datetime(2026, 1, day, hour - 8, minute, tzinfo=UTC)


def person(who: str, name: str, **fields: Any) -> Person:
    return Person(id=who, username=name, name=name.capitalize(), **fields)


def approver(who: str, name: str, **fields: Any) -> Person:
    return person(who, name, roles=("approver",), **fields)


def group(key: str, *members: str, **fields: Any) -> Group:
    fields.setdefault("calendar", "office")
    return Group(key=key, name=LocalText(zh=key, en=key), members=members, **fields)


def people_of(*people: Person) -> dict[str, Person]:
    return {one.id: one for one in people}


def directory(**changes: Any) -> Directory:
    """finance: f1 f2 (lunch break); backup: b1 b2; ops: o1 o2; s1 supervisor; cs asks; root is an administrator."""
    base = Directory(
        people=people_of(
            approver("1", "f1", department="money"), approver("2", "f2", department="money"),
            approver("3", "b1"), approver("4", "b2"), approver("5", "o1"), approver("6", "o2"),
            person("7", "s1", roles=("supervisor",)), person("8", "cs", roles=("requester",), department="service"),
            person("9", "root", roles=("superuser",)), approver("10", "head", department="service"),
        ),
        groups={
            one.key: one
            for one in (
                group("finance", "1", "2", offline=(LUNCH,)), group("backup", "3", "4"), group("ops", "5", "6"),
                group("nobody"),
            )
        },
        departments={
            "company": Department(key="company", name=LocalText(), heads=("9",), calendar="office"),
            "money": Department(key="money", name=LocalText(), parent="company", heads=("1",)),
            "service": Department(key="service", name=LocalText(), parent="company", heads=("10",)),
        },
    )  # fmt: skip
    return replace(base, **changes)


def with_person(base: Directory, who: str, **changes: Any) -> Directory:
    return replace(base, people={**base.people, who: replace(base.people[who], **changes)})


def with_group(base: Directory, key: str, **changes: Any) -> Directory:
    return replace(base, groups={**base.groups, key: replace(base.groups[key], **changes)})


def away(start: datetime, end: datetime) -> Absence:
    return Absence(start=start, end=end)


def world(people: Directory | None = None) -> World:
    return world_of(people or directory(), CalendarBook({"office": OFFICE}))


def actor(who: str) -> Actor:
    known = directory().person(who)
    return Actor(id=who, name=known.name if known else who)


def graph(config: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """start → ask (approval) → yes | no | late, each an end."""
    settings = {"assign": [{"kind": "group", "group": "finance"}], "mode": "any"} | (config or {}) | more
    leaves = any(timeout["do"] == "leave" for timeout in settings.get("timeouts", ()))
    ports = ["approved", "rejected", *(["timed_out"] if leaves else [])]
    ends = {"approved": "yes", "rejected": "no", "timed_out": "late"}
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {"trigger": "test.asked"}},
            {"id": "ask", "type": "approval", "name": {"zh": "财务复核", "en": "Finance review"}, "config": settings},
            *({"id": ends[port], "type": "end", "config": {}} for port in ports),
        ],
        "edges": [
            {"id": "e0", "from": "start", "port": "out", "to": "ask"},
            *({"id": f"e-{port}", "from": "ask", "port": port, "to": ends[port]} for port in ports),
        ],
    }  # fmt: skip


def opened(
    config: dict[str, Any] | None = None,
    *,
    people: Directory | None = None,
    now: datetime = MONDAY,
    requester: str | None = "8",
    **more: Any,
) -> Harness:
    """A run that stands at its approval."""
    run = Harness(graph(config, **more), world=world(people), now=now)
    run.start(requester=requester)
    return run


def seats(run: Harness) -> list[str]:
    """The scopes that are asked now."""
    return [f"{seat['kind'][0]}:{seat['key']}" for seat in run.token_at("ask").data["seats"]]


def ended(run: Harness) -> str | None:
    """The end that the run reached, if it is over."""
    passed = run.passed()
    return passed[-1] if passed and passed[-1] in ("yes", "no", "late") else None


def noted(run: Harness, what: str) -> list[dict[str, Any]]:
    """The data of the history's notes of one kind."""
    return [dict(fact.data) for fact in run.facts if isinstance(fact, Noted) and fact.what == what]
