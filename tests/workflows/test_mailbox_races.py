"""No lost wake-up: a wait that begins and a message that arrives at the same moment find each other, in any order."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from tests.racing import at_once
from tests.workflows.conftest import chain, live_flow
from workflows import invariants, mailbox
from workflows.actions.instances import start
from workflows.actions.messages import send
from workflows.engine.events import SYSTEM, MessageReceived
from workflows.engine.state import Subject
from workflows.models import HistoryEvent, Instance, Letter
from workflows.scheduler import fire_due

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 25
WAIT = ("parcel", "message", {"message": "parcel.arrived", "key": "${order}"})
DECLARED = [{"name": "order", "type": "text"}]


@pytest.fixture
def parcel(designer: User) -> None:
    live_flow("parcel", chain(WAIT) | {"variables": DECLARED}, by=designer)


def begin(order: str, flow: str = "parcel") -> str:
    return start(
        flow, subject=Subject(type="parcel", id=order), variables={"order": order}, requester=None, actor=SYSTEM,
        now=now(),
    ).instance_id  # fmt: skip


def keep(order: str) -> str:
    """Who took it, `kept` if nobody did."""
    present = now()
    with transaction.atomic():
        message = MessageReceived(name="parcel.arrived", key=order)
        sent = send(message, now=present, keep_until=present + timedelta(hours=1))
    return ",".join(sent.taken_by) or "kept"


def taken(run: str) -> int:
    return HistoryEvent.objects.filter(instance=run, kind="moved", node="parcel").count()


def in_a_thread(do: Callable[[], str]) -> tuple[threading.Thread, list[str]]:
    answers: list[str] = []

    def work() -> None:
        try:
            answers.append(do())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread, answers


def wait_for_a_lock() -> None:
    """Until somebody waits for a lock that is held."""
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
            if cursor.fetchone()[0]:
                return
            threading.Event().wait(0.005)
    pytest.fail("Nobody came to the letterbox.")


def test_a_wait_and_a_message_at_once_find_each_other_in_every_round(parcel: None) -> None:
    outcomes = set()
    for number in range(ROUNDS):
        run, told = at_once(partial(begin, f"A{number}"), partial(keep, f"A{number}"))

        assert told in (run, "kept")
        assert (Instance.objects.get(pk=run).status, taken(run)) == ("completed", 1)
        outcomes.add(told == run)
    assert Letter.objects.count() == 0
    assert invariants.broken() == []


def test_several_waits_and_messages_at_once_leave_no_pair_apart(parcel: None) -> None:
    for number in range(ROUNDS // 5):
        order = f"B{number}"
        at_once(*(partial(begin, order) for _ in range(3)), *(partial(keep, order) for _ in range(4)))

        runs = Instance.objects.filter(subject_id=order)
        assert [(one.status, taken(str(one.pk))) for one in runs] == [("completed", 1)] * 3
        assert Letter.objects.filter(key=order).count() == 1
    assert invariants.broken() == []


def test_a_wait_that_begins_while_a_message_is_put_down_reads_it(parcel: None) -> None:
    """The message was put down and is not committed yet: the wait may not miss it."""
    with transaction.atomic():
        assert keep("C1") == "kept"
        thread, begun = in_a_thread(partial(begin, "C1"))
        wait_for_a_lock()
    thread.join(timeout=30)

    assert (Instance.objects.get(pk=begun[0]).status, Letter.objects.count()) == ("completed", 0)


def test_a_message_that_arrives_while_a_wait_begins_is_taken_by_it(parcel: None) -> None:
    """The wait began and is not committed yet: the message may not be put down beside it."""
    with transaction.atomic():
        run = begin("C2")
        thread, told = in_a_thread(partial(keep, "C2"))
        wait_for_a_lock()
    thread.join(timeout=30)

    assert told == [run]
    assert (Instance.objects.get(pk=run).status, Letter.objects.count()) == ("completed", 0)


def test_a_wait_that_never_was_leaves_the_message_kept(parcel: None) -> None:
    with transaction.atomic():
        begin("C3")
        thread, told = in_a_thread(partial(keep, "C3"))
        wait_for_a_lock()
        transaction.set_rollback(True)
    thread.join(timeout=30)

    assert (told, Letter.objects.count()) == (["kept"], 1)


def test_who_finds_somebody_waiting_leaves_the_letterbox_to_others(parcel: None) -> None:
    """Else a step that begins to wait and a message for its run would wait for one another."""
    begin("C4")
    message = MessageReceived(name="parcel.arrived", key="C4")
    with transaction.atomic():
        assert not mailbox.put_down(message, until=now() + timedelta(hours=1), now=now())

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
            assert cursor.fetchone() == (0,)


def test_of_many_who_begin_to_wait_at_once_one_reads_the_letter(parcel: None) -> None:
    for number in range(ROUNDS // 5):
        keep(f"D{number}")

        runs = at_once(*(partial(begin, f"D{number}") for _ in range(4)))

        assert sorted(taken(run) for run in runs) == [0, 0, 0, 1]
    assert invariants.broken() == []


def test_message_and_time_at_once_the_first_decides_and_the_other_changes_nothing(designer: User) -> None:
    branches = [{"port": "out", "on": "message"} | WAIT[2], {"port": "late", "on": "time", "after": "PT1H"}]
    drawing = chain(("parcel", "event_choice", {"branches": branches}))
    drawing["edges"].append({"id": "late", "from": "parcel", "port": "late", "to": "end"})
    live_flow("parcel", drawing | {"variables": DECLARED}, by=designer)
    later = now() + timedelta(hours=2)
    for number in range(ROUNDS):
        run = begin(f"E{number}")

        _, told = at_once(partial(lambda: str(fire_due(now=later))), partial(keep, f"E{number}"))

        facts = HistoryEvent.objects.filter(instance=run).order_by("seq")
        assert [fact.kind for fact in facts] == ["started", "moved", "waited", "moved", "ended", "completed"]
        assert facts[3].data["port"] == ("out" if told == run else "late")
        assert Letter.objects.filter(key=f"E{number}").count() == (0 if told == run else 1)
    assert invariants.broken() == []


def test_two_messages_at_once_for_one_choice_the_first_decides_and_the_other_is_kept(designer: User) -> None:
    branches = [{"port": port, "on": "message", "message": port, "key": "${order}"} for port in ("out", "cancelled")]
    drawing = chain(("parcel", "event_choice", {"branches": branches}))
    drawing["edges"].append({"id": "cancelled", "from": "parcel", "port": "cancelled", "to": "end"})
    live_flow("parcel", drawing | {"variables": DECLARED}, by=designer)

    def tell(name: str, order: str) -> str:
        with transaction.atomic():
            sent = send(
                MessageReceived(name=name, key=order), now=now(), keep_until=now() + timedelta(hours=1)
            )  # fmt: skip
        return ",".join(sent.taken_by)

    for number in range(ROUNDS):
        run = begin(f"F{number}")

        told = at_once(*(partial(tell, name, f"F{number}") for name in ("out", "cancelled")))

        assert sorted(told) == ["", run]
        port = HistoryEvent.objects.get(instance=run, kind="moved", node="parcel").data["port"]
        assert port == ("out" if told[0] == run else "cancelled")
        assert [one.name for one in Letter.objects.filter(key=f"F{number}")] == [
            "cancelled" if port == "out" else "out"
        ]
    assert invariants.broken() == []


def test_the_same_message_sent_several_times_at_once_is_kept_once_and_answered_alike(designer: User) -> None:
    program = User.objects.create_user("carrier", "x", roles=["integration"])
    body = {"id": "M-1", "name": "parcel.arrived", "key": "G1", "keep": "PT1H"}

    def post() -> str:
        client = APIClient()
        client.force_authenticate(program)
        answer = client.post("/api/v1/messages", body, format="json")
        return f"{answer.status_code} {json.dumps(answer.json(), sort_keys=True)}"

    answers = at_once(*(post for _ in range(5)))

    assert len(set(answers)) == 1
    assert answers[0].startswith("200 ")
    assert Letter.objects.count() == 1
