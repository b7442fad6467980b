"""Waiting runs by the hundred thousand: a real run of each kind, written again under other numbers by the database."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Model

from accounts.models import User
from approvals.models import ApprovalTask, Assignment
from bedrock.clock import now
from workflows.actions.definitions import create_definition, publish
from workflows.actions.instances import start
from workflows.engine.events import Actor
from workflows.engine.state import Subject
from workflows.models import HistoryEvent, Instance, Timer

FAR: Final = "bench_far"  # a delay of a year on the wall clock
REST: Final = "bench_rest"  # a delay of two working hours
CALENDAR: Final = "bench"  # of delays; approvals go by that of the house
ASK: Final = "bench_ask"  # an approval that goes to others after two working hours
_NODES: Final[dict[str, dict[str, Any]]] = {
    FAR: {"type": "delay", "config": {"after": "P365D"}},
    REST: {"type": "delay", "config": {"after": "PT120M", "clock": "working", "calendar": CALENDAR}},
    ASK: {
        "type": "approval",
        "config": {
            "assign": [{"kind": "group", "group": "finance"}],
            "timeouts": [
                {"after": "PT120M", "do": "transfer", "to": [{"kind": "group", "group": "finance-backup"}]},
                {"after": "P1D", "do": "remind"},
            ],
        },
    },
}

# Ids of copies grow with their number, as those of real runs do with time.
_ID: Final = "(lpad(to_hex(%(first)s + n), 8, '0') || '-0000-7000-8000-' || %(kind)s)::uuid"
_STATE: Final = "jsonb_set({source}.state, '{{tokens,0,due_at}}', to_jsonb(%(due)s::timestamptz))"


def _copies(model: type[Model], of: str, **instead: str) -> str:
    """The statement that writes rows `of` a run again, column by column as they are but for those `instead`."""
    fields = [one.column for one in model._meta.concrete_fields if one.column is not None]
    columns = [one for one in fields if one != "id" or "id" in instead]
    values = ", ".join(instead.get(one, f"c.{one}") for one in columns)
    return (
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} "  # noqa: S608 - names of columns
        f"FROM {model._meta.db_table} c{of}, generate_series(1, %(count)s) n WHERE "
    )


_FACT: Final = """CASE WHEN c.data ? 'due_at' THEN jsonb_set(c.data, '{due_at}', to_jsonb(%(due)s::timestamptz))
    ELSE c.data END"""
_ALL: Final = (
    _copies(Instance, "", id=_ID, state=_STATE.format(source="c"), subject_id="'S' || n") + "c.id = %(run)s",
    _copies(Timer, "", instance=_ID, due_at="%(due)s") + "c.instance = %(run)s",
    _copies(HistoryEvent, "", instance=_ID, data=_FACT) + "c.instance = %(run)s",
    _copies(ApprovalTask, "", id=_ID, instance=_ID, due_at="%(due)s", subject_id="'S' || n") + "c.instance = %(run)s",
    _copies(Assignment, " JOIN approvals_approvaltask t ON t.id = c.task_id", task_id=_ID, sort_at="%(due)s")
    + "t.instance = %(run)s",
)
_first = 1


def publish_flow(key: str, *, by: User) -> None:
    """One of the two flows, live."""
    nodes = [{"id": "start", "type": "start"}, {"id": "wait", **_NODES[key]}, {"id": "end", "type": "end"}]
    edges: list[dict[str, Any]] = [{"id": "e1", "from": "start", "to": "wait"}]
    ports = ("approved", "rejected") if key == ASK else ("out",)
    edges += [{"id": f"e_{port}", "from": "wait", "port": port, "to": "end"} for port in ports]
    graph = {"format": 1, "variables": [], "nodes": nodes, "edges": edges}
    draft = create_definition(key=key, title={"zh": key, "en": key}, graph=graph, layout={}, actor=by, now=now())
    publish(str(draft.definition.pk), revision=1, note="bench", actor=by, now=now())


def begin(key: str, *, by: User, at: datetime) -> str:
    """One real run."""
    return start(
        key, subject=Subject(type="bench", id="S0", title="ORD-2026-0001"), variables={}, requester=str(by.pk),
        actor=Actor(id=str(by.pk), name=by.get_full_name()), now=at,
    ).instance_id  # fmt: skip


def multiply(run: str, *, count: int, due: datetime) -> None:
    """So many further runs that stand as this one does, due at this instant, with their history, tasks and seats."""
    global _first  # noqa: PLW0603 - numbers are given once
    given: dict[str, Any] = {
        "run": UUID(run),
        "first": _first,
        "count": count,
        "due": due,
        "kind": run.replace("-", "")[-12:],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in _ALL:
            cursor.execute(statement, given)
        cursor.execute("RESET statement_timeout")
    _first += count


def settle() -> None:
    """What autovacuum would have done meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in ("instance", "timer", "historyevent"):
            cursor.execute(f"VACUUM ANALYZE workflows_{table}")
        for table in ("approvaltask", "assignment"):
            cursor.execute(f"VACUUM ANALYZE approvals_{table}")
        cursor.execute("RESET statement_timeout")
