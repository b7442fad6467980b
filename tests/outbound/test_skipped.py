"""Effects that a run leaves behind: on record as skipped, and never let out however late somebody comes for them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from bedrock.clock import now
from tests.outbound.conftest import connect
from tests.outbound.receiver import Receiver, answer
from tests.racing import at_once
from tests.workflows.conftest import live_flow
from tests.workflows.test_run_migrations import go, plan, publish_second, second_version, sweep, take_back, versions
from workflows import effects, invariants, jobs
from workflows.actions.instances import deliver, start
from workflows.actions.messages import send
from workflows.effects import Wish
from workflows.engine.events import SYSTEM, Actor, CancelRequested, Forced, MessageReceived, Repaired
from workflows.engine.state import Subject
from workflows.models import ActivityJob, Effect, HistoryEvent, Incident, Instance
from workflows.replays import replay_one

pytestmark = pytest.mark.django_db(transaction=True)

BOSS = Actor(id="7", name="陈静")
POST: dict[str, Any] = {"connection": "erp", "path": "/orders", "method": "POST", "timeout_seconds": 20}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answer("201 Created")) as listening:
        connect(listening.port)
        yield listening


def drawing(**config: Any) -> dict[str, Any]:
    """One branch calls; the other waits for messages that withdraw the call, end the whole run, or do neither."""
    kinds: dict[str, Any] = {
        "start": ("start", {}), "both": ("parallel", {"branches": [{"port": "call"}, {"port": "listen"}]}),
        "call": ("http_request", {**POST, **config}), "listen": ("message", {"message": "word"}),
        "on": ("exclusive", {"branches": [{"port": "kill", "when": "${n} == 1"}]}),
        "drop": ("cancel_region", {"nodes": ["call"]}), "kill": ("terminate", {}), "rest": ("delay", {"after": "PT9H"}),
        "end": ("end", {}),
    }  # fmt: skip
    ways = [
        ("start", "out", "both"), ("both", "call", "call"), ("both", "listen", "listen"), ("call", "out", "end"),
        ("listen", "out", "on"), ("on", "kill", "kill"), ("on", "otherwise", "drop"), ("drop", "out", "rest"),
        ("rest", "out", "end"),
    ]  # fmt: skip
    return {
        "format": 1,
        "variables": [{"name": "n", "type": "integer"}],
        "nodes": [{"id": one, "type": kind, "config": config} for one, (kind, config) in kinds.items()],
        "edges": [{"id": f"e{at}", "from": a, "port": port, "to": b} for at, (a, port, b) in enumerate(ways)],
    }


def again() -> dict[str, Any]:
    """A call that is made anew in every round, with a wait after it."""
    kinds: dict[str, Any] = {
        "start": ("start", {}), "call": ("http_request", POST), "word": ("message", {"message": "word"}),
        "more": ("exclusive", {"branches": [{"port": "yes", "when": "${n} == 0"}]}), "end": ("end", {}),
    }  # fmt: skip
    ways = [
        ("start", "out", "call"), ("call", "out", "word"), ("word", "out", "more"), ("more", "otherwise", "end"),
    ]  # fmt: skip
    edges = [{"id": f"e{at}", "from": a, "port": port, "to": b} for at, (a, port, b) in enumerate(ways)]
    return {
        "format": 1,
        "variables": [{"name": "n", "type": "integer"}],
        "nodes": [{"id": one, "type": kind, "config": config} for one, (kind, config) in kinds.items()],
        "edges": [*edges, {"id": "back", "from": "more", "port": "yes", "to": "call", "kind": "back", "max_rounds": 3}],
    }


def begin(key: str = "flow", *, n: int = 0) -> str:
    subject = Subject(type="order", id="1", title="1")
    return start(
        key, subject=subject, variables={"n": n}, requester=None, actor=SYSTEM, now=now()
    ).instance_id  # fmt: skip


def claimed() -> jobs.Claim:
    """What a worker has taken; it sleeps from here until the test performs it."""
    ActivityJob.objects.update(available_at=now())
    [claim] = jobs._claim(overdue_seconds=0, limit=1)
    return claim


def performed() -> None:
    ActivityJob.objects.update(available_at=now())
    jobs.perform_due()


def force(run: str, target: str = "rest") -> None:
    deliver(run, Forced(target=target, actor=BOSS, reason="该步骤无法完成"), now=now())


def ledger(run: str) -> list[tuple[Any, ...]]:
    """Of each effect: visit, let out by which attempt, calls without an answer, done, skipped by whom, how, why."""
    names = ("visit", "attempt", "unanswered", "is_done", "skipped_by_name", "cause", "reason")
    return list(Effect.objects.filter(instance=run).order_by("visit").values_list(*names))


def say_word(_run: str) -> None:
    send(MessageReceived(name="word", actor=BOSS), now=now())


LEAVING: dict[str, tuple[Callable[[str], object], tuple[str, str, str]]] = {
    "forced": (force, ("陈静", "forced", "该步骤无法完成")),
    "cancelled": (
        lambda run: deliver(run, CancelRequested(actor=BOSS, reason="重复了"), now=now()),
        ("陈静", "cancelled", "重复了"),
    ),
    "region": (say_word, ("陈静", "region", "")),
    "terminated": (say_word, ("陈静", "terminated", "")),
}


@pytest.mark.parametrize("how", LEAVING)
def test_what_was_asked_for_and_left_behind_is_skipped_and_a_late_worker_does_not_do_it(
    designer: User, receiver: Receiver, how: str
) -> None:
    live_flow("flow", drawing(), by=designer)
    run = begin(n=int(how == "terminated"))
    late = claimed()
    leave, said = LEAVING[how]

    leave(run)
    jobs._do(late)

    assert receiver.heard == []
    assert ledger(run) == [(1, 0, 0, False, *said)]
    assert Effect.objects.get().skipped_at is not None
    [fact] = HistoryEvent.objects.filter(instance=run, kind="withdrawn", node="call")
    assert fact.data == {"token": 2, "node": "call", "visit": 1, "reason": how, "skips": True}
    assert not ActivityJob.objects.exists()
    assert (replay_one(run).field, invariants.broken()) == (None, [])  # type: ignore[union-attr]


def test_what_was_on_its_way_when_it_was_skipped_is_known_to_be_unknown_until_the_late_answer_tells(
    designer: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_flow("flow", drawing(), by=designer)
    run, seen = begin(), []

    def meanwhile(point: str) -> None:
        if point == "effect.let_out":
            force(run)
            seen.extend(ledger(run))

    monkeypatch.setattr(effects, "hit", meanwhile)
    performed()

    who = ("陈静", "forced", "该步骤无法完成")
    assert seen == [(1, 1, 1, False, *who)]
    assert len(receiver.heard) == 1
    assert ledger(run) == [(1, 1, 0, True, *who)]
    assert ([one["node"] for one in Instance.objects.get().state["tokens"]], invariants.broken()) == (["rest"], [])


def test_an_incident_that_is_passed_by_is_skipped_too_with_what_is_known_of_its_call(
    designer: User, receiver: Receiver
) -> None:
    receiver.script[:] = [answer("400 Bad"), answer("500 Oops")]
    live_flow("flow", drawing(), by=designer)
    refused, unknown = begin(), ""
    performed()
    unknown = begin()
    performed()
    codes = {str(one.instance): one.code for one in Incident.objects.all()}
    assert codes == {refused: "http.refused", unknown: "http.outcome_unknown"}

    force(refused)
    force(unknown)

    who = ("陈静", "forced", "该步骤无法完成")
    assert (ledger(refused), ledger(unknown)) == ([(1, 1, 0, False, *who)], [(1, 1, 1, False, *who)])
    assert effects.forget_let_out(now=now()) == 0
    assert invariants.broken() == []


@pytest.mark.parametrize(("first", "asks_a_person"), [(answer("400 Bad"), False), (answer("500 Oops"), True)])
def test_a_later_visit_asks_a_person_first_when_nobody_knows_whether_the_skipped_one_acted(
    designer: User, receiver: Receiver, first: Any, asks_a_person: bool
) -> None:
    receiver.script[:] = [first, answer("201 Created")]
    live_flow("flow", again(), by=designer)
    run = begin()
    performed()
    force(run, "word")

    send(MessageReceived(name="word"), now=now())
    performed()

    open_ = list(Incident.objects.filter(resolved_at=None).values_list("node", "visit", "code"))
    if asks_a_person:
        assert (len(receiver.heard), open_) == (1, [("call", 2, "effect.earlier_unknown")])
        token = Instance.objects.get().state["tokens"][0]
        deliver(run, Repaired(token=token["id"], visit=2, attempt=token["attempt"], actor=BOSS), now=now())
        performed()
    assert (len(receiver.heard), [one["node"] for one in Instance.objects.get().state["tokens"]]) == (2, ["word"])
    assert invariants.broken() == []


def test_the_database_refuses_to_let_out_to_unskip_or_to_forget_what_was_skipped(
    designer: User, receiver: Receiver
) -> None:
    live_flow("flow", drawing(), by=designer)
    run = begin()
    force(run)
    before = ledger(run)

    for change in ({"let_out_at": now(), "attempt": 1}, {"skipped_at": None, "skipped_by": None}, {"cause": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Effect.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Effect.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Effect.objects.create(
            instance=run, node="call", visit=2, attempt=1, let_out_at=now().replace(year=2099), skipped_at=now(),
            skipped_by="7", skipped_by_name="x", cause="forced", reason="",
        )  # fmt: skip

    assert ledger(run) == before


def test_taking_a_migration_back_does_not_bring_back_what_was_skipped_in_between(
    designer: User, receiver: Receiver
) -> None:
    first, second = drawing(), drawing()
    second["nodes"] = [one | {"name": {"zh": "新"}} if one["id"] == "end" else one for one in second["nodes"]]
    definition = second_version(first, second, by=designer)
    run = begin()
    late = claimed()
    publish_second(definition, by=designer)
    done = go(plan(definition, by=designer), by=designer)
    sweep()
    assert versions() == [2]
    force(run)

    take_back(done, by=designer)
    sweep()
    jobs._do(late)
    performed()

    assert (versions(), receiver.heard, ActivityJob.objects.count()) == ([1], [], 0)
    assert ledger(run) == [(1, 0, 0, False, "陈静", "forced", "该步骤无法完成")]
    assert invariants.broken() == []


def test_of_a_worker_and_a_force_at_once_either_the_call_left_before_or_it_never_leaves(
    designer: User, receiver: Receiver
) -> None:
    rounds, left = 12, 0
    live_flow("flow", drawing(), by=designer)
    for _ in range(rounds):
        run, heard = begin(), len(receiver.heard)
        claim = claimed()

        def work(claim: jobs.Claim = claim) -> str:
            jobs._do(claim)
            return "worked"

        def leave(run: str = run) -> str:
            force(run, "rest")
            return "left"

        assert at_once(work, leave) == ["worked", "left"]
        [(_, attempt, unanswered, is_done, by, *_rest)] = ledger(run)
        went = len(receiver.heard) - heard
        left += went
        was_over = (attempt, is_done, by) == (1, False, None)  # the run went on before anybody could skip it
        assert was_over or (attempt, unanswered, is_done, by) == (went, 0, went == 1, "陈静")
    assert invariants.broken() == []
    assert 0 <= left <= rounds


def test_the_row_alone_decides_between_twenty_workers_and_the_skip(designer: User, receiver: Receiver) -> None:
    live_flow("flow", drawing(), by=designer)
    run = begin()
    wish = Wish(instance=run, node="call", visit=1, attempt=1)

    def ask() -> str:
        try:
            effects.let_out(wish)
        except Exception as refused:  # noqa: BLE001 - what it says is what is tried
            return getattr(refused, "code", repr(refused))
        return "out"

    def skip() -> str:
        force(run)
        return "skipped"

    told = at_once(*[ask] * 10, skip, *[ask] * 10)

    assert set(told) <= {"out", "effect.skipped", "skipped"}
    assert ask() == "effect.skipped"
    assert ledger(run)[0][2] == told.count("out")
