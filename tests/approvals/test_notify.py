"""The message step: who is told what, and that a provider that is down holds up nothing and hears nothing twice."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from approvals.actions import notify
from approvals.models import Delivery, Notice
from bedrock.clock import now
from tests.approvals import office as people
from tests.approvals.conftest import Office, publish_graph
from tests.approvals.office import actor, directory, with_person
from tests.outbound.conftest import BY, LOOPBACK
from tests.outbound.mail_server import HANG_UP, MailServer
from tests.outbound.receiver import Receiver, answer
from workflows import jobs
from workflows.actions import instances
from workflows.actions.connections import ChannelUse, declare_channel
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.connections import ConnectionBook
from workflows.engine.events import SYSTEM, Repaired
from workflows.engine.facts import Moved
from workflows.engine.graph import read_graph
from workflows.engine.plan import compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Subject
from workflows.engine.validate import validate
from workflows.engine.world import World, world_of
from workflows.models import ActivityJob, HistoryEvent, Incident, Instance
from workflows.simulation.player import Beginning, Ending, play
from workflows.simulation.script import read_script
from workflows.testing import Harness

SAID = {"title_zh": "订单 ${orderNo}", "text_zh": "金额 ${amount},加急 ${urgent},备注 ${remark}"}
BOOK = ConnectionBook(kinds={"post": "mail", "group": "wecom", "erp": "http"})


def drawing(**config: Any) -> dict[str, Any]:
    leaves = config.get("on_failure") == "port"
    return {
        "format": 1,
        "variables": [
            {"name": "orderNo", "type": "text"}, {"name": "amount", "type": "money"},
            {"name": "urgent", "type": "boolean"}, {"name": "remark", "type": "text"}, {"name": "who", "type": "text"},
            {"name": "lines", "type": "list<text>"},
        ],
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "tell", "type": "notify", "config": SAID | config},
            {"id": "end", "type": "end"},
            *([{"id": "late", "type": "end"}] if leaves else []),
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "tell"}, {"id": "e2", "from": "tell", "to": "end"},
            *([{"id": "e3", "from": "tell", "port": "failed", "to": "late"}] if leaves else []),
        ],
    }  # fmt: skip


FINANCE = [{"kind": "group", "group": "finance"}]
FILLED = {
    "orderNo": "A1", "amount": {"amount": "58.00", "currency": "CNY"}, "urgent": True, "remark": None, "who": "cs",
}  # fmt: skip


# --- what is decided, without a row ----------------------------------------------------------------------------------


def world(**changes: Any) -> World:
    return world_of(directory(**changes), CalendarBook(), BOOK)


def codes(**config: Any) -> list[tuple[str, str | None]]:
    found = validate(read_graph(drawing(**config)), registry=registry, world=world(), now=people.MONDAY)
    return [(one.code, one.path) for one in found]


def entered(*, in_world: World | None = None, **config: Any) -> Harness:
    run = Harness(drawing(**config), world=in_world or world())
    run.start(variables=FILLED, requester="8")
    return run


def letter(run: Harness) -> dict[str, Any]:
    [work] = run.deferred
    return dict(work.payload)


def test_people_are_found_when_the_step_is_entered_each_once_and_only_those_who_are_here() -> None:
    named = [*FINANCE, {"kind": "user", "user": "f1"}, {"kind": "department_head", "level": 1}]
    gone = with_person(directory(), "2", active=False)

    run = entered(to=named, requester=True, variable="who", in_world=world_of(gone, CalendarBook(), BOOK))

    # cs (8) asks, is named by the field, and belongs to the department that head (10) leads.
    assert letter(run)["people"] == ["1", "10", "8"]


def test_a_text_is_said_as_people_of_each_language_read_it() -> None:
    run = entered(to=FINANCE, title_en="Order ${orderNo}", text_en="Urgent: ${urgent}\n${amount}")

    assert letter(run)["zh"] == {"title": "订单 A1", "text": "金额 58.00 CNY,加急 是,备注 —"}
    assert letter(run)["en"] == {"title": "Order A1", "text": "Urgent: yes\n58.00 CNY"}
    assert letter(entered(to=FINANCE))["en"] == letter(entered(to=FINANCE))["zh"]


def test_what_a_customer_wrote_cannot_turn_the_writing_around_or_break_the_title() -> None:
    run = Harness(drawing(to=FINANCE), world=world())
    run.start(variables=FILLED | {"orderNo": "A1\n\u202eB\x00C"}, requester="8")

    assert letter(run)["zh"]["title"] == "订单 A1 B C"


def test_the_outbox_holds_the_names_of_channels_only() -> None:
    sent = letter(entered(to=FINANCE, mail="post", robots=[{"connection": "group"}], robot_language="both"))

    assert (sent["mail"], sent["robots"], sent["robot_languages"]) == ("post", ["group"], ["zh", "en"])


FAILURE = {"channel": "robot", "receiver": "group", "outcome": "failed", "code": "robot.refused"}


@pytest.mark.parametrize(
    ("on_failure", "stands"), [("continue", ["end"]), ("port", ["late"]), ("incident", ["tell!notify.undelivered"])]
)
def test_what_follows_a_message_that_did_not_arrive_is_chosen(on_failure: str, stands: list[str]) -> None:
    run = entered(robots=[{"connection": "group"}], on_failure=on_failure)
    run.complete("tell", sent=0, failed=[FAILURE])

    assert (run.where() or run.passed()[-1:]) == stands
    moved = [one for one in run.facts if isinstance(one, Moved) and one.node == "tell"]
    assert [one.why for one in moved] == [{"told": {"sent": 0, "failed": [FAILURE]}}] * (on_failure != "incident")


def test_nobody_to_tell_is_told_in_the_history_and_holds_up_nothing() -> None:
    run = entered(to=[{"kind": "group", "group": "nobody"}])

    assert (run.passed(), run.deferred) == (["start", "tell", "end"], [])
    [moved] = [one for one in run.facts if isinstance(one, Moved) and one.node == "tell"]
    assert (moved.why or {})["told"]["failed"][0]["code"] == "notify.nobody_found"


def test_a_rehearsal_tells_nobody_and_supposes_that_everybody_was_told() -> None:
    config = {"to": FINANCE, "mail": "post", "robots": [{"connection": "group"}]}
    beginning = Beginning(subject=Subject(type="order", id="1"), variables=FILLED, requester="8", at=people.MONDAY)

    run = play(
        compile_plan(read_graph(drawing(**config)), registry=registry), beginning, world=world(), script=read_script([])
    )

    [moved] = [one for step in run.steps for one in step.facts if isinstance(one, Moved) and one.node == "tell"]
    assert (run.ending, moved.why) == (Ending.COMPLETED, {"told": {"sent": 5, "failed": []}})


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({}, [("notify.nobody", "to")]),
        ({"to": FINANCE}, []),
        ({"requester": True, "in_app": False, "mail": "post"}, []),
        ({"robots": [{"connection": "group"}], "in_app": False}, []),
        ({"to": FINANCE, "in_app": False}, [("notify.no_way", "in_app")]),
        ({"robots": [{"connection": "group"}], "mail": "post"}, [("notify.nobody", "to")]),
        ({"to": [{"kind": "group", "group": "x"}]}, [("approval.unknown_group", "to.0")]),
        ({"to": [{"kind": "user", "user": "x"}]}, [("approval.unknown_user", "to.0")]),
        ({"variable": "nope"}, [("notify.unknown_variable", "variable")]),
        ({"variable": "amount"}, [("notify.variable_no_text", "variable")]),
        ({"to": FINANCE, "mail": "group"}, [("connection.unknown", "mail")]),
        ({"robots": [{"connection": "erp"}]}, [("connection.unknown", "robots.0.connection")]),
        ({"robots": [{"connection": "group"}] * 2}, [("notify.robot_repeated", "robots.1.connection")]),
        ({"to": FINANCE, "title_zh": "", "text_zh": " "}, [("notify.nothing_said", "text_zh")]),
        ({"to": FINANCE, "text_en": "${orderNo"}, [("http.character_refused", "text_en")]),
        ({"to": FINANCE, "text_en": "${nope}"}, [("expression.unknown_variable", "text_en")]),
        ({"to": FINANCE, "text_en": "${lines}"}, [("http.variable_unwritable", "text_en")]),
        ({"to": FINANCE, "title_zh": "a\nb"}, [("notify.title_lines", "title_zh")]),
    ],
)
def test_a_drawing_says_everything_that_is_wrong(config: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert codes(**config) == found


# --- what is done, with rows and servers -----------------------------------------------------------------------------

YES = answer(body=b'{"errcode":0}')
BUSY = answer(body=b'{"errcode":45009}')


@pytest.fixture
def house(office: Office, settings: Any) -> Office:
    settings.ORDERFLOW_CONNECTION_SECRETS = {"TOKEN": "t0k3n"}
    User.objects.filter(username="f1").update(email="f1@example.com")
    User.objects.filter(username="f2").update(email="f2@example.com", language="en")
    return office


def robot(port: int) -> None:
    declare_channel(
        "group", use=ChannelUse(kind="wecom", secret="TOKEN"), base_url=f"http://127.0.0.1:{port}", networks=LOOPBACK,
        by=BY, now=now(),
    )  # fmt: skip


def mail_by(port: int) -> None:
    declare_channel(
        "post", use=ChannelUse(kind="mail", sender="flow@example.com"), base_url=f"smtp://127.0.0.1:{port}",
        networks=LOOPBACK, by=BY, now=now(),
    )  # fmt: skip


def begun(office: Office, **config: Any) -> str:
    publish_graph(office, drawing(**config), key="tells")
    with transaction.atomic():
        return instances.start(
            "tells", subject=Subject(type="order", id="1", title="A1 · 58.00 CNY"), variables=FILLED,
            requester=str(office["cs"].pk), actor=SYSTEM, now=now(),
        ).instance_id  # fmt: skip


def performed(times: int = 1) -> None:
    for _ in range(times):
        ActivityJob.objects.update(available_at=now())
        jobs.perform_due()


def told(run: str) -> dict[str, Any]:
    found = HistoryEvent.objects.get(instance=run, kind="moved", node="tell").data["why"]["told"]
    return dict(found)


def deliveries() -> list[tuple[str, str, int]]:
    return list(Delivery.objects.order_by("id").values_list("channel", "status", "tries"))


@pytest.mark.django_db(transaction=True)
def test_a_message_reaches_people_in_the_house_by_mail_and_a_group_and_the_run_goes_on(house: Office) -> None:
    with Receiver(YES) as group, MailServer() as post:
        robot(group.port)
        mail_by(post.port)
        run = begun(
            house, to=FINANCE, requester=True, mail="post", robots=[{"connection": "group"}],
            title_en="Order ${orderNo}", text_en="${amount}",
        )  # fmt: skip
        performed()

    assert Instance.objects.get(pk=run).status == "completed"
    assert sorted(Notice.objects.values_list("user__username", flat=True)) == ["cs", "f1", "f2"]
    assert Notice.objects.values_list("title", "text").distinct().get() == (
        {"zh": "订单 A1", "en": "Order A1"}, {"zh": "金额 58.00 CNY,加急 是,备注 —", "en": "58.00 CNY"},
    )  # fmt: skip
    mails = {taken.receiver: taken.mail for taken in post.taken}
    assert {to: mail["Subject"] for to, mail in mails.items()} == {
        "f1@example.com": "订单 A1", "f2@example.com": "Order A1",
    }  # fmt: skip
    assert mails["f2@example.com"].get_content().split() == ["58.00", "CNY", "Refund", "·", "A1", "·", "58.00", "CNY"]
    assert len({mail["Message-ID"] for mail in mails.values()}) == 2
    assert len(group.heard) == 1
    # cs has no mail address; nothing is held up by it, and the history names it.
    failed = [{"channel": "mail", "receiver": "CS", "outcome": "failed", "code": "mail.address_missing"}]
    assert told(run) == {"sent": 6, "failed": failed}


@pytest.mark.django_db(transaction=True)
def test_a_provider_that_is_down_is_asked_four_times_and_the_run_goes_on(house: Office) -> None:
    with Receiver(BUSY) as group:
        robot(group.port)
        run = begun(house, to=FINANCE, robots=[{"connection": "group"}])
        performed(3)
        assert (Instance.objects.get(pk=run).status, deliveries()) == ("running", [("robot", "pending", 3)])
        performed(2)

    assert Instance.objects.get(pk=run).status == "completed"
    assert (len(group.heard), deliveries()) == (4, [("robot", "failed", 4)])
    assert told(run)["failed"][0]["code"] == "robot.refused"
    assert (Notice.objects.count(), Incident.objects.count(), ActivityJob.objects.count()) == (2, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_it_waits_one_three_and_ten_seconds_between_tries(house: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="workflows.jobs")
    with Receiver(BUSY) as group:
        robot(group.port)
        begun(house, robots=[{"connection": "group"}])
        performed(4)

    waits = [one.after_seconds for one in caplog.records if hasattr(one, "after_seconds")]
    assert waits == [1.0, 3.0, 10.0]


@pytest.mark.django_db(transaction=True)
def test_what_was_confirmed_is_not_told_again_when_the_rest_is_tried_again(house: Office) -> None:
    with Receiver(BUSY, YES) as group, MailServer(replies={}) as post:
        robot(group.port)
        mail_by(post.port)
        begun(house, to=FINANCE, mail="post", robots=[{"connection": "group"}])
        performed(2)

    assert sorted(taken.receiver for taken in post.taken) == ["f1@example.com", "f2@example.com"]
    assert len(group.heard) == 2
    assert [status for _, status, _ in deliveries()] == ["sent"] * 3
    assert Notice.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("when_unknown", "letters", "status"), [("leave", 1, "unknown"), ("again", 2, "sent")])
def test_a_letter_of_which_nobody_knows_goes_out_again_only_if_the_step_says_so(
    house: Office, when_unknown: str, letters: int, status: str
) -> None:
    with MailServer(replies={".": HANG_UP}) as post:
        mail_by(post.port)
        run = begun(house, to=[{"kind": "user", "user": "f1"}], mail="post", when_unknown=when_unknown)
        performed()
        post.replies = {}
        performed()

    assert len(post.taken) == letters
    assert len({taken.mail["Message-ID"] for taken in post.taken}) == 1
    assert deliveries() == [("mail", status, letters)]
    assert Instance.objects.get(pk=run).status == "completed"


class Killed(BaseException):
    """What is left of a worker."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["notice.noted", "notice.told"])
@pytest.mark.parametrize(("when_unknown", "most"), [("leave", 1), ("again", 2)])
def test_a_worker_that_dies_at_its_robot_lets_nothing_out_twice_unasked(
    house: Office, point: str, when_unknown: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(name: str) -> None:
        if name == point:
            raise Killed

    with Receiver(YES) as group:
        robot(group.port)
        run = begun(house, robots=[{"connection": "group"}], when_unknown=when_unknown)
        with monkeypatch.context() as broken:
            broken.setattr(notify, "hit", dies)
            with pytest.raises(Killed):
                performed()
        before = len(group.heard)
        performed()

    assert before == (1 if point == "notice.told" else 0)
    assert len(group.heard) == before + (when_unknown == "again") <= most
    assert deliveries()[0][1] == ("sent" if when_unknown == "again" else "unknown")
    assert Instance.objects.get(pk=run).status == "completed"


@pytest.mark.django_db(transaction=True)
def test_a_person_who_retries_lets_out_only_what_did_not_arrive(house: Office) -> None:
    with Receiver(answer("404 No"), YES) as group, MailServer() as post:
        robot(group.port)
        mail_by(post.port)
        run = begun(
            house, to=[{"kind": "user", "user": "f1"}], mail="post", robots=[{"connection": "group"}],
            on_failure="incident",
        )  # fmt: skip
        performed()
        incident = Incident.objects.get(instance=run)
        assert (incident.code, incident.params["count"]) == ("notify.undelivered", 1)
        [token] = Instance.objects.get(pk=run).state["tokens"]
        repair = Repaired(
            token=token["id"], visit=token["visit"], attempt=token["attempt"], actor=actor("7"), reason="mended"
        )  # fmt: skip
        instances.deliver(run, repair, now=now())
        performed()

    assert (len(post.taken), len(group.heard), Notice.objects.count()) == (1, 2, 1)
    assert Instance.objects.get(pk=run).status == "completed"
    assert told(run) == {"sent": 3, "failed": []}


@pytest.mark.django_db(transaction=True)
def test_history_replays_to_what_is_stored_and_no_invariant_is_broken(house: Office) -> None:
    with Receiver(BUSY) as group:
        robot(group.port)
        begun(house, to=FINANCE, robots=[{"connection": "group"}])
        performed(5)

    call_command("replay")
    call_command("invariants")


def test_old_rows_are_forgotten_and_young_ones_kept(db: None) -> None:
    address = {"instance": "0190f5fe-7c00-7000-8000-000000000001", "node": "tell", "channel": "robot", "receiver": "g"}
    present = now()
    for visit, at in ((1, present - notify.KEPT * 2), (2, present)):
        Delivery.objects.create(**address, visit=visit, attempt=1, status="sent", at=at)

    assert notify.forget_deliveries(now=present) == 1
    assert list(Delivery.objects.values_list("visit", flat=True)) == [2]
