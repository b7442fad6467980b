"""The refund flow on real rows: starts, approvals and whole runs per second, beside the connection and the peers.

start → condition → finance approval → operations approval → deferred work → end, every action its own commit, all
features on: history, assignments with trace, timers, outbox. Rounds are interleaved; the median of each figure counts.
The peers (an engine, the ORM by hand, the floor) play the same flow on the same server in turns with ours. They do the
service step inside the last approval's commit. So does `ours_service_inside`, while `ours` does it as deferred work
that a crash cannot lose: a job in the outbox, a claim, and a commit of its own. Of whole runs the time inside the
engines counts, without the look into the inbox between two of their actions.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from typing_extensions import override

from accounts.models import User
from approvals.actions.decide import answer
from approvals.models import ApprovalTask
from bedrock.clock import now
from config.demo.people import ensure_people
from orders.templates import templates
from tests.bench.database import own_database
from tests.bench.peers.beside import figures as peer_figures
from tests.bench.peers.beside import peers, rates
from tests.bench.peers.stopwatch import Stopwatch
from workflows import jobs
from workflows.actions.audit import By
from workflows.actions.definitions import create_definition, publish
from workflows.actions.instances import start
from workflows.engine.events import ActivityDone, Actor, Resumption
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Config, Continue, Ignore, NodeType, Outcome, Scope, Wait
from workflows.engine.registry import registry
from workflows.engine.state import Awaits, Subject
from workflows.engine.work import Done, Job, JobResult

ROUNDS = 3
RUNS = 200
PROBES = 2000


class NoConfig(Config):
    """Nothing to set."""


class Inside(NodeType[NoConfig]):
    """A service step that is done when it is entered: it sets what it came to."""

    key = "bench.inside"
    title = LocalText(zh="空动作", en="Nothing")
    category = "data"
    icon = "bolt"
    Config = NoConfig

    @override
    def enter(self, scope: Scope[NoConfig]) -> Outcome:
        return Continue(output={"tries": 1})


class Nothing(NodeType[NoConfig]):
    """Deferred work that does nothing: the cost of the outbox alone, without a provider."""

    key = "bench.nothing"
    title = Inside.title
    category = "data"
    icon = "bolt"
    performs = "deferred"
    waits = True
    Config = NoConfig

    @override
    def enter(self, scope: Scope[NoConfig]) -> Outcome:
        return Wait(awaits=Awaits.ACTIVITY, work=({"node": scope.node},))

    @override
    def resume(self, scope: Scope[NoConfig], event: Resumption) -> Outcome:
        return Continue() if isinstance(event, ActivityDone) else Ignore()

    @override
    def perform(self, job: Job) -> JobResult:
        return Done(output={"tries": job.tries})


def bench() -> dict[str, Any]:
    """Figures by name; makes and drops a database of its own on the configured server."""
    with own_database(), peers() as beside:
        people = ensure_people(password="bench-only", now=now())
        services: dict[str, NodeType[Any]] = {"ours": Nothing(), "ours_service_inside": Inside()}
        flows = {name: publish_flow(service, people["admin"]) for name, service in services.items()}
        ours = {name: partial(_seconds, flow=flow, people=people) for name, flow in flows.items()}
        rounds, turns = [], []
        for _ in range(ROUNDS):
            rounds.append(_round(people))
            turns.append(rates(ours, beside, times=RUNS // 2))
    figures: dict[str, Any] = {name: round(statistics.median(one[name] for one in rounds), 1) for name in rounds[0]}
    figures |= peer_figures(turns, beside.missing, ours=flows)
    figures["starts_per_one_insert_commit"] = round(figures["starts_per_s"] / figures["insert_commits_per_s"], 3)
    figures["approvals_per_one_insert_commit"] = round(figures["approvals_per_s"] / figures["insert_commits_per_s"], 3)
    figures["runs_per_round"], figures["rounds"] = RUNS, ROUNDS
    return figures


def publish_flow(service: NodeType[Any], designer: User) -> str:
    """The refund flow with this service step in the place of its two, live; its key."""
    registry.add(service)
    [template] = [one for one in templates() if one.key == "small_refund"]
    graph: dict[str, Any] = dict(template.graph)
    graph["nodes"] = [
        node | ({"type": service.key} if node["type"].startswith("orders.") else {})
        | ({"config": {}} if node["type"] == "start" else {})
        for node in graph["nodes"]
    ]  # fmt: skip
    key = service.key.replace(".", "_")
    draft = create_definition(
        key=key, title={"zh": "压测", "en": "Bench"}, graph=graph, layout={}, actor=designer, now=now()
    )
    publish(str(draft.definition.pk), revision=1, note="bench", actor=designer, now=now())
    return key


def _round(people: Mapping[str, User]) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_probe (n int)")
        selects = _rate(PROBES, lambda _: cursor.execute("SELECT 1"))
        inserts = _rate(PROBES // 4, lambda _: cursor.execute("INSERT INTO bench_probe VALUES (1)"))
    runs: list[str] = []
    starts = _rate(RUNS, lambda n: runs.append(_start("bench_nothing", n, people["cs1"])))
    finance = _open_tasks("finance")
    first = _rate(RUNS, lambda n: _approve(finance[n], people["finance1"]))
    operations = _open_tasks("ops")
    final = _rate(RUNS, lambda n: _approve(operations[n], people["ops1"]))
    performed = _rate(RUNS, lambda _: jobs.perform_due(limit=1))
    return {
        "select_1_per_s": selects, "insert_commits_per_s": inserts, "starts_per_s": starts,
        "approvals_per_s": first, "final_approvals_per_s": final, "jobs_per_s": performed,
    }  # fmt: skip


def _seconds(times: int, *, flow: str, people: Mapping[str, User]) -> float:
    watch = Stopwatch()
    for number in range(times):
        whole_run(flow, number, people, watch)
    return watch.seconds


def whole_run(flow: str, number: int, people: Mapping[str, User], watch: Stopwatch) -> None:
    """From start to end."""
    with watch:
        run = _start(flow, number, people["cs1"])
    for node, user in (("finance", "finance1"), ("ops", "ops1")):
        task = _open_task(run, node)
        with watch:
            _approve(task, people[user])
    if flow == "bench_nothing":
        with watch:
            performed = jobs.perform_due(limit=1)
        if performed != 1:
            raise AssertionError("Expected one job to be due, found none.")


def _start(flow: str, number: int, requester: User) -> str:
    return start(
        flow, subject=Subject(type="bench", id=str(number), title=f"ORD{number}"),
        variables={
            "refundAmount": {"amount": "90.00", "currency": "CNY"},
            "orderTotal": {"amount": "199.00", "currency": "CNY"},
        },
        requester=str(requester.pk), actor=_actor(requester), now=now(),
    ).instance_id  # fmt: skip


def _open_task(run: str, node: str) -> tuple[UUID, int]:
    """What a client knows from its inbox."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, revision FROM approvals_approvaltask WHERE instance = %s AND node = %s AND status = 'open'",
            [run, node],
        )
        task: tuple[UUID, int] = cursor.fetchone()
    return task


def _open_tasks(node: str) -> list[tuple[UUID, int]]:
    rows = ApprovalTask.objects.filter(node=node, status="open").order_by("opened_at")
    return list(rows.values_list("pk", "revision"))


def _approve(task: tuple[UUID, int], user: User) -> None:
    answer(
        task[0], name="approve", payload={"revision": task[1]}, user=user,
        by=By(actor=_actor(user), ip="127.0.0.1"), now=now(),
    )  # fmt: skip


def _actor(user: User) -> Actor:
    return Actor(id=str(user.pk), name=user.get_full_name())


def _rate(times: int, work: Callable[[int], object]) -> float:
    begun = time.perf_counter()
    for number in range(times):
        work(number)
    return times / (time.perf_counter() - begun)
