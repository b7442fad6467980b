"""Flows that take turns: of the runs in one line one is in, and the next is let in however the one before it ends."""

import itertools
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import IntegrityError, connections, transaction

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import BadInput, Conflict
from tests.racing import at_once
from tests.workflows.conftest import chain, live_flow
from tests.workflows.test_run_migrations import go, plan, publish_second, second_version, sweep, verdicts, versions
from workflows import invariants, jobs, scheduler
from workflows.actions.definitions import publish, save_draft
from workflows.actions.instances import Delivered, deliver, start
from workflows.actions.turns import let_in
from workflows.engine.events import SYSTEM, Actor, CancelRequested, Forced, Skipped
from workflows.engine.state import Subject
from workflows.models import Incident, Instance, Turn
from workflows.replays import replay_all

pytestmark = pytest.mark.django_db

BOSS = Actor(id="7", name="陈静")
REST = ("rest", "delay", {"after": "PT1H"})


def in_line(*nodes: tuple[str, str, dict[str, Any]], line: str = "order", key: str = "${orderNo}") -> dict[str, Any]:
    drawing = chain(*nodes) | {"variables": [{"name": "orderNo", "type": "text"}]}
    drawing["nodes"][0]["config"] = {"line": line, "line_key": key}
    return drawing


def begun(order: str | None = "A1", *, flow: str = "flow") -> Delivered:
    subject = Subject(type="parcel", id="P-1", title="P-1")
    return start(flow, subject=subject, variables={"orderNo": order}, requester=None, actor=SYSTEM, now=now())


def begin(order: str | None = "A1") -> str:
    return begun(order).instance_id


def where(*runs: str) -> list[list[str]]:
    rows = Instance.objects.in_bulk(runs)
    return [[token["node"] for token in rows[UUID(run)].state["tokens"]] for run in runs]


def cancel(run: str) -> None:
    deliver(run, CancelRequested(actor=BOSS, reason="重复了"), now=now())


def force(run: str, target: str = "end") -> None:
    deliver(run, Forced(target=target, actor=BOSS, reason="大促期间加急"), now=now())


def is_sound() -> bool:
    return invariants.broken() == [] and {one.field for one in replay_all()} <= {None}


WAYS: dict[str, Callable[[str], object]] = {
    "end": lambda _: scheduler.fire_due(now=now() + timedelta(hours=2)), "cancel": cancel, "force": force,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_pattern_39_critical_section_one_run_of_an_order_is_in_and_the_next_follows_however_it_ends(
    designer: User, way: str
) -> None:
    live_flow("flow", in_line(REST), by=designer)
    first, second, third, other = begin(), begin(), begin(), begin("B2")
    assert where(first, second, third, other) == [["rest"], ["start"], ["start"], ["rest"]]
    [waiting] = Instance.objects.get(pk=second).state["tokens"]
    assert (waiting["awaits"], waiting["data"]) == ("turn", {"line": "order", "key": "A1"})
    assert (let_in(now=now()), is_sound()) == (0, True)

    WAYS[way](first)
    assert [let_in(now=now()) for _ in range(2)] == [1, 0]

    assert where(first, second, third) == [[], ["rest"], ["start"]]
    assert is_sound()


def test_who_starts_while_nobody_is_in_goes_on_in_the_same_answer(designer: User) -> None:
    live_flow("flow", in_line(REST), by=designer)

    first, second = begun(), begun()

    assert [[token.node for token in one.state.tokens.values()] for one in (first, second)] == [["rest"], ["start"]]
    assert [fact.kind for fact in first.facts] == ["started", "waited", "moved", "waited"]


def test_without_a_key_the_line_is_that_of_what_the_runs_are_about(designer: User) -> None:
    live_flow("flow", in_line(REST, key=""), by=designer)
    runs = begin("A1"), begin("B2")
    assert where(*runs) == [["rest"], ["start"]]
    assert {row.key for row in Turn.objects.all()} == {"parcel:P-1"}


def test_flows_that_name_the_same_line_share_it_and_others_do_not(designer: User) -> None:
    for flow, line in (("flow", "order"), ("too", "order"), ("apart", "claims")):
        live_flow(flow, in_line(REST, line=line), by=designer)
    runs = [begun(flow=flow).instance_id for flow in ("flow", "too", "apart")]
    assert where(*runs) == [["rest"], ["start"], ["rest"]]


def test_one_that_leaves_the_line_while_it_waits_lets_nobody_in_and_nobody_wait_longer(designer: User) -> None:
    live_flow("flow", in_line(REST), by=designer)
    first, second, third = begin(), begin(), begin()

    cancel(second)
    assert (let_in(now=now()), where(third)) == (0, [["start"]])
    cancel(first)

    assert (let_in(now=now()), where(third), is_sound()) == (1, [["rest"]], True)


def test_nobody_is_forced_past_those_before_it(designer: User) -> None:
    live_flow("flow", in_line(REST), by=designer)
    begin()
    second = begin()
    before = Instance.objects.filter(pk=second).values()[0]

    with pytest.raises(Conflict) as refused:
        force(second, "rest")

    assert refused.value.code == "force.not_let_in"
    assert Instance.objects.filter(pk=second).values()[0] == before


def test_who_cannot_say_which_order_it_is_about_is_an_incident_and_holds_up_nobody(designer: User) -> None:
    live_flow("flow", in_line(REST), by=designer)
    lost, next_ = begin(None), begin()
    assert (Incident.objects.get().code, where(lost, next_)) == ("line.key_unfit", [["start"], ["rest"]])
    [token] = Instance.objects.get(pk=lost).state["tokens"]
    jumps = (
        Forced(target="rest", actor=BOSS, reason="大促期间加急"),
        Skipped(token=token["id"], visit=1, attempt=token["attempt"], actor=BOSS, reason="大促期间加急"),
    )
    for jump in jumps:
        with pytest.raises(Conflict) as refused:
            deliver(lost, jump, now=now())
        assert (refused.value.code, where(lost)) == ("force.not_let_in", [["start"]])
    assert is_sound()


def test_one_that_breaks_when_it_is_let_in_is_an_incident_and_lets_the_next_go_first(designer: User) -> None:
    row = live_flow("flow", in_line(REST), by=designer)
    holder = begin()
    save_draft(str(row.pk), revision=1, graph=in_line(("no", "test.refusal", {}), REST), layout={}, actor=designer,
               now=now())  # fmt: skip
    publish(str(row.pk), revision=2, note="second", actor=designer, now=now())
    broken = begin()
    cancel(holder)

    let_in(now=now())

    assert (Incident.objects.get().code, where(broken)) == ("refund.already_paid", [["start"]])
    assert (Turn.objects.count(), is_sound()) == (0, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["turn.came", "deliver.before_commit"])
def test_a_process_that_is_killed_while_it_lets_somebody_in_leaves_it_to_the_next(designer: User, point: str) -> None:
    live_flow("flow", in_line(REST), by=designer)
    first, second = begin(), begin()
    cancel(first)

    assert killed_at(point) == -signal.SIGKILL

    assert (where(second), let_in(now=now()), where(second)) == ([["start"]], 1, [["rest"]])
    assert is_sound()


def killed_at(point: str) -> int:
    """Let in whose turn it is in a process of its own, which kill -9 meets at this point; the signal that ended it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        settings.ORDERFLOW_FAILPOINT = f"{point}:kill9"
        try:
            let_in(now=now())
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_the_database_lets_nobody_in_beside_another(designer: User) -> None:
    live_flow("flow", in_line(REST), by=designer)
    begin()
    begin()
    with pytest.raises(IntegrityError, match="one_run_is_in_a_line"), transaction.atomic():
        Turn.objects.update(is_in=True)


def test_a_run_in_a_line_is_migrated_only_where_the_line_is_the_same(designer: User) -> None:
    longer = in_line(("rest", "delay", {"after": "PT5H"}))
    definition = second_version(in_line(REST), longer, by=designer)
    first, second = begin(), begin()
    publish_second(definition, by=designer)

    moved = go(plan(definition, by=designer), by=designer)
    sweep()
    assert (verdicts(moved), versions()) == ({"disturbed migrated": 1, "quiet migrated": 1}, [2, 2])
    cancel(first)
    assert (let_in(now=now()), where(second), is_sound()) == (1, [["rest"]], True)


@pytest.mark.parametrize("other", [in_line(REST, line="claims"), chain(REST)])
def test_a_run_stays_where_the_new_version_has_another_line_or_none(designer: User, other: dict[str, Any]) -> None:
    other = other | {"variables": [{"name": "orderNo", "type": "text"}]}
    definition = second_version(in_line(REST), other, by=designer)
    begin()
    publish_second(definition, by=designer)
    hindered = plan(definition, by=designer)
    [item] = hindered.items.all()
    assert [one["code"] for one in item.hindrances] == ["migration.line_changed"]


def test_a_flow_that_takes_turns_cannot_be_called_so_that_no_circle_of_waits_comes_about(designer: User) -> None:
    """A caller that is in the line itself would wait for a run that waits for it."""
    called = live_flow("called", chain(REST) | {"variables": [{"name": "orderNo", "type": "text"}]}, by=designer)
    call = ("call", "subflow", {"flow": "called", "given": [{"variable": "orderNo", "value": "${orderNo}"}]})
    live_flow("flow", in_line(call), by=designer)
    save_draft(str(called.pk), revision=1, graph=in_line(REST), layout={}, actor=designer, now=now())
    publish(str(called.pk), revision=2, note="second", actor=designer, now=now())

    run = begin()
    jobs.perform_due()

    assert (Incident.objects.get(instance=run).code, Instance.objects.count()) == ("flow.takes_turns", 1)
    with pytest.raises(BadInput) as refused:
        live_flow("late", chain(call) | {"variables": [{"name": "orderNo", "type": "text"}]}, by=designer)
    assert [one["code"] for one in refused.value.problems] == ["flow.takes_turns"]


@pytest.mark.django_db(transaction=True)
def test_of_many_that_start_and_end_at_once_never_two_are_in_and_all_come_to_their_turn(designer: User) -> None:
    live_flow("flow", in_line(REST), by=designer)
    begin("warm")
    runs = at_once(*[begin] * 8)
    let_in(now=now())
    assert sorted(where(*runs)) == [["rest"], *[["start"]] * 7]
    seen: list[str] = []

    for _ in itertools.repeat(None, 8):
        [holder] = Turn.objects.filter(is_in=True, key="A1").values_list("instance", flat=True)
        seen.append(str(holder))

        def end(run: str = str(holder)) -> str:
            cancel(run)
            return "ended"

        def sweep_line() -> str:
            return str(let_in(now=now()))

        told = at_once(end, sweep_line, sweep_line, sweep_line)
        assert told[0] == "ended"
        assert Turn.objects.filter(is_in=True, key="A1").count() <= 1
        let_in(now=now())

    assert (sorted(seen), Turn.objects.filter(key="A1").count(), is_sound()) == (sorted(runs), 0, True)
