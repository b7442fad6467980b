"""Persistent triggers (workflow pattern 24): a message that nobody waits for is kept, and read once by the next one."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import BadInput, Conflict
from tests.workflows.conftest import chain, live_flow
from workflows import invariants, mailbox
from workflows.actions import messages
from workflows.actions.instances import Delivered, deliver, start
from workflows.actions.messages import LONGEST_KEPT, Sent, go_on_calling, send
from workflows.engine.events import SYSTEM, Actor, MessageReceived, Repaired
from workflows.engine.state import Status, Subject
from workflows.models import Call, HistoryEvent, Instance, Letter, MessageWait
from workflows.scheduler import fire_due

pytestmark = pytest.mark.django_db
DECLARED: list[dict[str, Any]] = [{"name": "order", "type": "text"}, {"name": "weight", "type": "decimal"}]
PAID = ("paid", "message", {"message": "order.paid", "key": "${order}"})
ARRIVED = ("arrived", "message", {"message": "parcel.arrived", "key": "${order}", "into": "weight"})
CALLED = ("called", "message", {"message": "shop.closed", "into": "weight"})
CARRIER = Actor(id="7", name="Carrier", source="api")
DAY = timedelta(days=1)


@pytest.fixture
def flows(designer: User) -> None:
    """`parcel` waits for its parcel, `both` for the money and then the parcel, `later` an hour and then for the parcel,
    `first` for the first of the two, `called` for a call to all."""
    fork = chain(("fork", "parallel", {"branches": [{"port": "l"}, {"port": "r"}]})) | {"variables": DECLARED}
    fork["nodes"] += [{"id": one, "type": "message", "config": ARRIVED[2]} for one in "lr"]
    fork["nodes"].append({"id": "join", "type": "parallel"})
    fork["edges"] = [
        {"id": f"f{number}", "from": source, "port": port, "to": to}
        for number, (source, port, to) in enumerate([
            ("start", "out", "fork"), ("fork", "l", "l"), ("fork", "r", "r"), ("l", "out", "join"),
            ("r", "out", "join"), ("join", "out", "end"),
        ])
    ]  # fmt: skip
    branches = [{"port": "out", "on": "message"} | one[2] for one in (PAID, ARRIVED)]
    branches[1]["port"] = "arrived"
    first = chain(("first", "event_choice", {"branches": branches}), PAID) | {"variables": DECLARED}
    first["edges"].append({"id": "x", "from": "first", "port": "arrived", "to": "end"})
    drawings = {
        "parcel": chain(ARRIVED), "both": chain(PAID, ARRIVED), "called": chain(CALLED), "first": first, "fork": fork,
        "later": chain(("wait", "delay", {"after": "PT1H"}), ARRIVED),
    }  # fmt: skip
    for key, drawing in drawings.items():
        live_flow(key, drawing | {"variables": DECLARED}, by=designer)


def begin(flow: str, order: str | None = "ORD-1", *, at: datetime | None = None) -> Delivered:
    return start(
        flow, subject=Subject(type="parcel", id="P"), variables={"order": order}, requester=None, actor=SYSTEM,
        now=at or now(),
    )  # fmt: skip


def keep(
    name: str = "parcel.arrived", key: str | None = "ORD-1", payload: Any = "1.20", *, lasts: timedelta = DAY
) -> Sent:
    present = now()
    return send(
        MessageReceived(name=name, key=key, payload=payload, actor=CARRIER), now=present, keep_until=present + lasts
    )


def status(run: Delivered) -> str:
    return str(Instance.objects.get(pk=run.instance_id).status)


def weight(run: Delivered) -> Any:
    return Instance.objects.get(pk=run.instance_id).state["variables"].get("weight")


def kept() -> list[tuple[str, str | None, Any]]:
    return list(Letter.objects.filter(died_at=None).order_by("id").values_list("name", "key", "payload"))


def test_pattern_24_persistent_trigger_a_message_that_nobody_waits_for_is_kept_and_read_once_by_who_waits_next(
    flows: None,
) -> None:
    sent = keep()
    assert (sent.taken_by, sent.kept_until is not None, kept()) == ((), True, [("parcel.arrived", "ORD-1", "1.20")])

    other, first, second = begin("parcel", "ORD-2"), begin("parcel"), begin("parcel")

    assert [run.state.status for run in (other, first, second)] == [
        Status.RUNNING, Status.COMPLETED, Status.RUNNING,
    ]  # fmt: skip
    assert [status(run) for run in (other, first, second)] == ["running", "completed", "running"]
    assert (weight(first), kept()) == ("1.20", [])
    assert [fact.kind for fact in first.facts] == ["started", "moved", "waited", "moved", "ended", "completed"]
    took = HistoryEvent.objects.get(instance=first.instance_id, kind="moved", node="arrived")
    assert (took.actor_name, took.source) == ("Carrier", "api")
    assert invariants.broken() == []


def test_a_message_that_somebody_waits_for_is_not_kept(flows: None) -> None:
    run = begin("parcel")

    assert keep().taken_by == (run.instance_id,)

    assert (status(run), kept()) == ("completed", [])


def test_transient_trigger_without_the_wish_to_keep_it_a_message_is_gone(flows: None) -> None:
    assert send(MessageReceived(name="parcel.arrived", key="ORD-1"), now=now()) == Sent()

    assert status(begin("parcel")) == "running"


def test_letters_are_read_in_the_order_in_which_they_came(flows: None) -> None:
    keep(payload="1")
    keep(payload="2")

    assert [weight(begin("parcel")) for _ in range(3)] == ["1", "2", None]


def test_a_run_reads_all_that_it_comes_to_wait_for_in_one_go(flows: None) -> None:
    keep()
    keep("order.paid", payload={})

    run = begin("both")

    assert (run.state.status, status(run), weight(run), kept()) == (Status.COMPLETED, "completed", "1.20", [])
    assert [fact.kind for fact in run.facts].count("moved") == 3
    assert Instance.objects.get(pk=run.instance_id).seq == len(run.facts)


def test_one_letter_moves_the_run_to_where_it_waits_for_the_next(flows: None) -> None:
    keep("order.paid", payload={})

    run = begin("both")

    assert (status(run), kept()) == ("running", [])
    assert list(MessageWait.objects.values_list("name", flat=True)) == ["parcel.arrived"]
    assert keep().taken_by == (run.instance_id,)


def test_two_branches_that_wait_for_the_same_take_a_letter_each(flows: None) -> None:
    keep(payload="1")
    first = begin("fork")
    assert (status(first), kept()) == ("running", [])

    keep(payload="2")
    assert status(first) == "completed"
    keep(payload="3")
    keep(payload="4")

    assert (status(begin("fork")), kept()) == ("completed", [])


def test_deferred_choice_of_two_letters_the_older_one_decides_and_the_other_stays(flows: None) -> None:
    keep(payload="1")
    keep("order.paid", payload={})

    run = begin("first")

    assert (status(run), weight(run)) == ("completed", "1")
    assert kept() == [("order.paid", "ORD-1", {})]


def test_a_kept_call_is_read_by_the_first_who_waits_for_one(flows: None) -> None:
    keep("shop.closed", None)

    runs = [begin("called"), begin("called")]

    assert [status(run) for run in runs] == ["completed", "running"]


def test_a_run_that_a_timer_or_a_repair_brings_to_its_wait_reads_too(flows: None) -> None:
    keep(lasts=timedelta(days=2))
    late = begin("later")
    assert status(late) == "running"

    fire_due(now=now() + timedelta(hours=2))

    assert (status(late), kept()) == ("completed", [])
    broken = begin("parcel", None)
    keep(key="ORD-3")
    row = Instance.objects.get(pk=broken.instance_id)
    row.state["variables"]["order"] = "ORD-3"
    Instance.objects.filter(pk=row.pk).update(state=row.state)

    [token] = row.state["tokens"]
    repaired = Repaired(token=token["id"], visit=token["visit"], attempt=token["attempt"], actor=SYSTEM)
    deliver(broken.instance_id, repaired, now=now())

    assert (status(broken), kept()) == ("completed", [])


def test_an_expired_letter_is_read_by_nobody_and_swept(flows: None) -> None:
    keep(lasts=timedelta(hours=1))
    fresh = now() + timedelta(hours=2)

    assert begin("parcel", at=fresh).state.status is Status.RUNNING
    assert len(kept()) == 1
    assert [mailbox.forget_letters(now=fresh) for _ in range(2)] == [1, 0]
    assert kept() == []


def test_what_is_rolled_back_gives_its_letter_back(flows: None) -> None:
    keep()

    def begin_in_vain() -> None:
        with transaction.atomic():
            begin("parcel")
            raise BadInput("shop.closed", "Expected a shop, found none.")

    with pytest.raises(BadInput):
        begin_in_vain()

    assert (Instance.objects.count(), len(kept())) == (0, 1)
    assert status(begin("parcel")) == "completed"


# --- dead letters ---------------------------------------------------------------------------------------------------


def test_a_letter_that_does_not_fit_is_dead_with_its_reason_and_the_run_reads_the_next(flows: None) -> None:
    keep(payload={"kg": 1})
    keep(payload="2")

    run = begin("parcel")

    assert (status(run), weight(run), kept()) == ("completed", "2", [])
    dead = Letter.objects.get()
    assert (str(dead.instance), dead.code, dead.payload) == (run.instance_id, "message.payload_unfit", {"kg": 1})
    assert dead.reason.startswith("Expected a message with ")
    assert invariants.broken() == []


def test_a_dead_letter_is_no_mail_and_goes_after_a_long_while(flows: None) -> None:
    keep(payload={"kg": 1})
    run = begin("parcel")
    assert status(run) == "running"

    assert status(begin("parcel")) == "running"
    assert mailbox.forget_letters(now=now() + timedelta(days=89)) == 0
    assert mailbox.forget_letters(now=now() + timedelta(days=91)) == 1


def test_a_message_that_does_not_fit_who_waits_already_is_refused_to_its_sender(flows: None) -> None:
    begin("parcel")

    with pytest.raises(BadInput, match="payload_unfit"), transaction.atomic():
        keep(payload={"kg": 1})

    assert Letter.objects.count() == 0


# --- limits ---------------------------------------------------------------------------------------------------------


def test_no_more_letters_are_kept_than_somebody_could_read(flows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST_PER_KEY", 2)
    monkeypatch.setattr(mailbox, "MOST_PER_NAME", 3)
    for key in ("ORD-1", "ORD-1", "ORD-2"):
        keep(key=key)

    for key in ("ORD-1", "ORD-3"):
        with pytest.raises(Conflict) as refused:
            keep(key=key)
        assert refused.value.code == "message.mailbox_full"

    assert len(kept()) == 3
    assert keep("order.paid").kept_until is not None
    begin("parcel")
    assert keep(key="ORD-3").kept_until is not None


@pytest.mark.parametrize("lasts", [timedelta(), timedelta(seconds=-1), LONGEST_KEPT + timedelta(seconds=1)])
def test_a_message_is_kept_for_a_week_at_most(flows: None, lasts: timedelta) -> None:
    with pytest.raises(BadInput) as refused:
        keep(lasts=lasts)

    assert (refused.value.code, Letter.objects.count()) == ("message.keep_out_of_range", 0)


def test_what_is_too_large_is_refused_whether_it_is_kept_or_not(flows: None) -> None:
    for keep_until in (None, now() + DAY):
        with pytest.raises(BadInput) as refused:
            send(MessageReceived(name="x", key="1", payload={"a": "x" * 100_000}), now=now(), keep_until=keep_until)
        assert refused.value.code == "message.payload_too_large"


# --- many listeners -------------------------------------------------------------------------------------------------


def test_a_call_to_many_is_told_in_batches_and_who_waits_later_does_not_hear_it(
    flows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_TOLD", 2)
    runs = [begin("called") for _ in range(5)]

    sent = send(MessageReceived(name="shop.closed", payload="3", actor=CARRIER), now=now())  # type: ignore[arg-type]
    late = begin("called")

    assert sent.taken_by == tuple(sorted(run.instance_id for run in runs[:2]))
    assert sent.to_follow == 3
    assert [go_on_calling(now=now()) for _ in range(3)] == [2, 1, 0]
    assert [status(run) for run in runs] == ["completed"] * 5
    assert {weight(run) for run in runs} == {"3"}
    assert (status(late), Call.objects.count()) == ("running", 0)
    assert invariants.broken() == []


def test_a_listener_that_cannot_take_a_call_keeps_it_from_nobody_else(
    flows: None, designer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_TOLD", 1)
    whole = ("called", "message", {"message": "shop.closed", "into": "count"})
    live_flow("whole", chain(whole) | {"variables": [{"name": "count", "type": "integer"}]}, by=designer)
    runs = [begin("called"), start(
        "whole", subject=Subject(type="parcel", id="P"), variables={}, requester=None, actor=SYSTEM, now=now()
    ), begin("called")]  # fmt: skip

    send(MessageReceived(name="shop.closed", payload="1.5"), now=now())  # type: ignore[arg-type]
    while go_on_calling(now=now()):
        pass

    assert [status(run) for run in runs] == ["completed", "running", "completed"]
    dead = Letter.objects.get()
    assert (str(dead.instance), dead.code) == (runs[1].instance_id, "message.payload_unfit")


# --- what it costs --------------------------------------------------------------------------------------------------


def statements_of(flow: str) -> list[str]:
    begin(flow)
    with CaptureQueriesContext(connection) as caught:
        begin(flow)
    return [query["sql"].split()[0] for query in caught if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_only_a_step_that_begins_to_wait_for_a_message_looks_into_the_mailbox(flows: None) -> None:
    step = len(statements_of("later"))
    assert len(statements_of("parcel")) == step + 1
    keep("order.paid", "ORD-9", {})
    assert len(statements_of("both")) == step + 1


KEPT = """
INSERT INTO workflows_letter (name, key, payload, actor, actor_name, source, sent_at, until, code, reason)
SELECT 'parcel.arrived', 'O-' || n, '{}', '1', '', 'api', now(), now() + interval '1 day', '', ''
FROM generate_series(1, 20000) n
"""
LISTENING = """
INSERT INTO workflows_messagewait (instance, token, name, key)
SELECT gen_random_uuid(), 1, 'parcel.arrived', 'O-' || n FROM generate_series(1, 20000) n
"""
LOOKS = {
    "_first": (mailbox._FIRST, "ARRAY['parcel.arrived'], ARRAY['O-19000'], now(), ARRAY['shop.closed'], now()"),
    "_everybody": (messages._EVERYBODY, "'shop.closed', 0, 9223372036854775807, 100"),
    "_one_reader": (messages._ONE_READER, "'parcel.arrived', 'O-19000'"),
}


def test_a_look_costs_as_much_beside_20000_others_by_a_plan_that_was_made_while_there_was_nothing() -> None:
    with connection.cursor() as cursor:
        for name, (sql, given) in LOOKS.items():
            numbers = iter(range(1, 9))
            numbered = re.sub("%s", lambda _, numbers=numbers: f"${next(numbers)}", sql)  # type: ignore[misc]
            cursor.execute(f"PREPARE look{name} AS {numbered}")
            cursor.execute(f"EXECUTE look{name}({given})")
        cursor.execute(KEPT)
        cursor.execute(LISTENING)
        for name, (_, given) in LOOKS.items():
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look{name}({given})")
            [explained] = cursor.fetchone()[0]
            cursor.execute(f"DEALLOCATE look{name}")
            assert explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"] <= 10, name
