"""Plans of the hot statements: no table of work is read from end to end, and finished work costs nothing."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tests.architecture.refund_shop import NOW, Shop, browser, open_task, statements
from tests.bench import timer_rows
from workflows import jobs, rearming
from workflows.engine.events import SYSTEM
from workflows.models import Timer
from workflows.queries import present_world
from workflows.scheduler import fire_due

pytestmark = pytest.mark.django_db

SLACK = 12  # pages: an index of 20,000 rows may be a level deeper than one of 2,000
LOOK_UP = 3  # pages to find a row by its key: two of the index, one of the table
BUSY_TABLES = {
    "workflows_instance", "workflows_historyevent", "workflows_timer", "workflows_activityjob",
    "approvals_approvaltask", "approvals_assignment", "approvals_decision",
}  # fmt: skip
ANALYZE = f"ANALYZE {', '.join(sorted(BUSY_TABLES))}"  # not everything: PostgreSQL's shared tables have other users


@pytest.fixture(scope="module", autouse=True)
def _swept(django_db_setup: None, django_db_blocker: Any) -> None:
    """What other tests rolled back lies in the indexes until somebody sweeps, and would be counted as pages read."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"VACUUM {', '.join(sorted(BUSY_TABLES))}")


@pytest.fixture
def shop() -> Shop:
    return Shop()


FINISHED = """
WITH run AS (
    INSERT INTO workflows_instance (id, definition, version_id, status, seq, state, subject_type, subject_id,
        subject_title, requester, incidents, started_at, updated_at, ended_at)
    SELECT gen_random_uuid(), definition, version_id, 'completed', 12, state, 'refund', gen_random_uuid()::text,
        'ORD' || n || ' · 58.00 CNY', requester, 0, at, at, at
    FROM (SELECT n, timestamptz '2025-01-01' + n * interval '1 minute' AS at FROM generate_series(1, %s) n) s,
        (SELECT * FROM workflows_instance WHERE id = %s) i
    RETURNING id, started_at
), fact AS (
    INSERT INTO workflows_historyevent (instance, seq, at, kind, node, actor, actor_name, source, data)
    SELECT r.id, h.seq, r.started_at, h.kind, h.node, h.actor, h.actor_name, h.source, h.data
    FROM run r CROSS JOIN (SELECT * FROM workflows_historyevent WHERE instance = %s) h
), task AS (
    INSERT INTO approvals_approvaltask (id, instance, token, node, visit, title, definition_key, definition_title,
        version, subject_type, subject_id, subject_title, subject_facts, requester, mode, status, revision, candidates,
        scopes, votes, standing, trace, opened_at, due_at, due_does, timing, reminded_at, closed_at, decided_by,
        decided_by_name)
    SELECT gen_random_uuid(), r.id, t.token, t.node, t.visit, t.title, t.definition_key, t.definition_title, t.version,
        t.subject_type, t.subject_id, t.subject_title, t.subject_facts, t.requester, t.mode, 'approved', t.revision,
        '[]', '{}', t.votes, t.standing, t.trace, r.started_at, NULL, NULL, t.timing, NULL, r.started_at, t.decided_by,
        t.decided_by_name
    FROM run r CROSS JOIN (SELECT * FROM approvals_approvaltask WHERE instance = %s) t
    RETURNING id, node, opened_at, requester
), seat AS (
    INSERT INTO approvals_assignment (task_id, scope, status, requester, sort_at, opened_at, closed_at)
    SELECT id, CASE node WHEN 'ops' THEN 'g:operations' ELSE 'g:finance' END, 'decided', requester, opened_at,
        opened_at, opened_at
    FROM task
)
INSERT INTO approvals_decision (task_id, actor, actor_name, source, outcome, comment, at)
SELECT id, 'somebody', 'Somebody', 'person', 'approved', '', opened_at FROM task
"""
WAITING = """
INSERT INTO workflows_timer (instance, token, node, visit, attempt, due_at)
SELECT gen_random_uuid(), 1, 'finance', 1, 1, timestamptz '2027-01-01' + n * interval '1 second'
FROM generate_series(1, %s) n
"""
LEASED = """
INSERT INTO workflows_activityjob (id, instance, token, node, visit, attempt, type, target, payload, tries, claimed,
    available_at, created_at)
SELECT gen_random_uuid(), gen_random_uuid(), 1, 'refund', 1, 1, 'orders.refund', 'orders.refund', '{}', 1,
    gen_random_uuid(), timestamptz '2999-01-01' + n * interval '1 second', now()
FROM generate_series(1, %s) n
"""


def finish(shop: Shop, count: int) -> None:
    """Store so many runs that are over, with their history, tasks, seats and decisions, and let PostgreSQL look."""
    done = shop.ask()
    shop.approve_through(done)
    jobs.perform_due()
    with connection.cursor() as cursor:
        cursor.execute(FINISHED, [count, done, done, done])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(ANALYZE)


def many_wait(count: int) -> None:
    """So many timers and leased jobs that are not due."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [count])
        cursor.execute(LEASED, [count])
        cursor.execute(ANALYZE)


def explained(sql: str, options: str = "") -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON{options}) {sql}")
        found = cursor.fetchone()[0]
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]
    return plan


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes_of(inner)


def scanned(sql: list[str]) -> list[tuple[str, str]]:
    """The busy tables that the statements read from end to end."""
    return [
        (node["Relation Name"], one[:60])
        for one in sql
        for node in nodes_of(explained(one)["Plan"])
        if node.get("Relation Name") in BUSY_TABLES and reads_everything(node)
    ]


def reads_everything(node: dict[str, Any]) -> bool:
    """A walk through the whole table, or through the whole of an index that has no bounds in it."""
    kind = node["Node Type"]
    return kind == "Seq Scan" or (kind.startswith("Index") and "Index Cond" not in node)


def test_no_hot_statement_scans_a_table_of_finished_work(shop: Shop) -> None:
    finish(shop, 5_000)
    many_wait(5_000)
    run, other = shop.ask(), shop.ask()
    task = open_task(run)

    hot = {
        "start": statements(lambda: shop.start(7)),
        "transfer": statements(
            lambda: shop.answer_task(task, "transfer", to={"kind": "group", "group": "finance-backup"})
        ),
        "approve": statements(lambda: shop.answer_task(open_task(run), "approve", revision=2))[1:],
        "final approve": statements(lambda: shop.answer(run, "approve"))[1:],
        "reject": statements(lambda: shop.reject(other))[1:],
        "sweep": statements(lambda: fire_due(now=NOW + timedelta(days=30))),
        "claim": statements(jobs.perform_due),
        "inbox": statements(lambda: browser(shop.finance).get("/api/v1/tasks")),
        "badge": statements(lambda: browser(shop.finance).get("/api/v1/tasks/summary")),
    }

    found = {name: scanned([one for one in sql if is_plannable(one)]) for name, sql in hot.items()}
    assert found == {name: [] for name in hot}


def test_a_plan_made_in_an_empty_house_still_looks_up_what_it_changes(shop: Shop) -> None:
    """A connection keeps its plans: one that walks all open rows, because there are three, would walk them for ever."""
    run, other = shop.ask(), shop.ask()

    hot = {
        "approve": statements(lambda: shop.answer(run, "approve")),
        "final approve": statements(lambda: shop.answer(run, "approve")),
        "reject": statements(lambda: shop.reject(other)),
    }

    found = {name: scanned([one for one in sql if one.startswith("EXECUTE")]) for name, sql in hot.items()}
    assert found == {name: [] for name in hot}


def is_plannable(sql: str) -> bool:
    return sql.startswith(("SELECT", "WITH", "UPDATE", "INSERT", "DELETE", "EXECUTE", "\n"))


# --- growth --------------------------------------------------------------------------------------------------------


def pages_read(sql: list[str]) -> int:
    """How many pages the statements touch; run twice, so that hint bits and caches are warm."""
    touched = 0
    for one in sql:
        explained(one, ", ANALYZE, BUFFERS")
        plan = explained(one, ", ANALYZE, BUFFERS")["Plan"]
        touched += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return touched


def test_reading_what_is_open_costs_no_more_with_twenty_thousand_finished_runs(shop: Shop) -> None:
    for _ in range(25):
        shop.ask()
    client = browser(shop.finance)
    reading = {
        "inbox": lambda: client.get("/api/v1/tasks?limit=20"),
        "badge": lambda: client.get("/api/v1/tasks/summary"),
        "due timers": lambda: fire_due(now=NOW - timedelta(days=1)),
    }
    queries = {name: statements(do)[-1] for name, do in reading.items()}

    def touched(finished: int) -> dict[str, int]:
        finish(shop, finished)
        return {name: pages_read([sql]) for name, sql in queries.items()}

    few, many = touched(2_000), touched(18_000)

    assert all(many[name] <= few[name] + SLACK for name in queries), (few, many)
    assert many["inbox"] <= 20 * LOOK_UP + SLACK, many
    assert many["badge"] + many["due timers"] <= SLACK, many


def test_arming_waits_anew_costs_as_much_at_the_last_of_them_as_at_the_first(shop: Shop) -> None:
    timer_rows.publish_flow(timer_rows.FAR, by=shop.boss)
    timer_rows.multiply(timer_rows.begin(timer_rows.FAR, by=shop.asker, at=NOW), count=20_000, due=NOW)
    with connection.cursor() as cursor:
        cursor.execute(ANALYZE)
    places = Timer.objects.order_by("instance", "token").values_list("instance", "token")

    def touched(place: tuple[UUID, int]) -> int:
        read = partial(rearming.rearm_after, (str(place[0]), place[1]), by=SYSTEM, why={}, now=NOW, limit=500,
                       world=present_world())  # fmt: skip
        [one] = [sql for sql in statements(read) if "workflows_timer t JOIN" in sql]
        return pages_read([one])

    first, last = touched(places[0]), touched(places[19_000])

    assert last <= first * 1.5, (first, last)
