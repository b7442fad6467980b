"""The organisation from a directory of DingTalk's shape: over a real line, page by page, with its faults."""

import threading
from collections.abc import Iterator

import pytest

from approvals.actions.import_directory import import_directory
from approvals.directory_rows import load_directory
from approvals.roster_plan import Options, Verb
from approvals.sources.dingtalk import DingTalkSource
from approvals.sources.simulator import KEY, SECRET, FakeHouse, fake_house, serve
from bedrock.errors import BadInput, Unavailable
from tests.approvals.conftest import Office
from tests.approvals.office import MONDAY
from workflows.actions.audit import By
from workflows.engine.events import Actor
from workflows.outbound.addresses import parse_network
from workflows.outbound.call import Target
from workflows.outbound.line import Limits

QUICK = Limits(connect=1.0, read=0.3, total=1.0, answer_bytes=1_000_000)
BY = By(actor=Actor(id="1", name="Root"), ip=None)


@pytest.fixture
def house() -> Iterator[tuple[FakeHouse, DingTalkSource]]:
    """A house of 23 people whose pages hold 4, and who asks it."""
    fake = fake_house(23)
    fake.largest_page = 4
    with serve(fake) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        network = parse_network("127.0.0.0/8")
        assert network is not None
        target = Target(scheme="http", host="127.0.0.1", port=server.server_port, base_path="", networks=(network,))
        yield fake, DingTalkSource(name="dingtalk", target=target, secret=f"{KEY}:{SECRET}", limits=QUICK)
        server.shutdown()
        thread.join()


def asks(source: DingTalkSource) -> list[tuple[str, str, str | None]]:
    return sorted((one.id, one.name, one.department) for one in source.read().people)


def test_everybody_comes_however_small_the_pages_are(house: tuple[FakeHouse, DingTalkSource]) -> None:
    fake, source = house

    roster = source.read()

    assert sorted(one.id for one in roster.people) == sorted(fake.people)
    assert [(one.key, one.zh, one.parent, len(one.heads)) for one in roster.departments] == [
        ("dept-2", "客服部", None, 2), ("dept-3", "财务部", None, 2), ("dept-4", "运营部", None, 2),
        ("dept-5", "仓储部", None, 2), ("dept-6", "采购部", None, 2),
    ]  # fmt: skip
    [group] = roster.groups
    assert (group.key, group.zh, group.members) == ("role-71", "审批人", tuple(sorted(fake.people)[:10]))


def test_a_token_that_runs_out_on_the_way_is_fetched_anew(house: tuple[FakeHouse, DingTalkSource]) -> None:
    fake, source = house
    whole = asks(source)
    fake.token_uses = 5

    assert asks(source) == whole
    assert len(fake.tokens) > 3


def test_a_busy_answer_is_asked_again_and_too_many_of_them_are_told(house: tuple[FakeHouse, DingTalkSource]) -> None:
    fake, source = house
    fake.busy = 2
    assert len(asks(source)) == 23

    fake.busy = 3
    with pytest.raises(Unavailable, match="busy") as caught:
        source.read()

    assert caught.value.code == "directory.source_silent"


def test_a_secret_that_is_not_known_is_a_refusal_and_stands_in_no_message(
    house: tuple[FakeHouse, DingTalkSource],
) -> None:
    _, source = house
    source.secret = "simulator:wrong-secret"

    with pytest.raises(BadInput) as caught:
        source.read()

    assert (caught.value.code, caught.value.fields) == ("directory.source_refused", {"number": 40096})
    assert "wrong-secret" not in str(caught.value)


def test_a_silent_line_is_given_up_in_time(house: tuple[FakeHouse, DingTalkSource]) -> None:
    fake, source = house
    fake.slowness = 0.6

    with pytest.raises(Unavailable) as caught:
        source.read()
    fake.slowness = 0

    assert (caught.value.code, caught.value.fields) == ("directory.source_silent", {"cause": "http.timed_out"})


def test_a_list_that_does_not_fit_its_shape_is_refused(house: tuple[FakeHouse, DingTalkSource]) -> None:
    fake, source = house
    fake.departments["three"] = {"name": "x", "parent_id": 1, "dept_manager_userid_list": []}  # type: ignore[index]

    with pytest.raises(BadInput) as caught:
        source.read()

    assert caught.value.code == "directory.source_unreadable"


@pytest.mark.django_db(transaction=True)
def test_the_house_is_taken_over_and_the_same_again_changes_nothing(
    office: Office, house: tuple[FakeHouse, DingTalkSource]
) -> None:
    fake, source = house
    options = Options(new_roles=("approver",), deactivate_missing=True)
    first = import_directory(source, options=options, is_dry=False, by=BY, now=MONDAY)
    again = import_directory(source, options=options, is_dry=False, by=BY, now=MONDAY)

    assert (first.plan.faults, first.plan.count(Verb.ADD)) == ((), 23 + 5 + 1)
    assert again.plan.changes == ()
    found = load_directory()
    leader = found.find_person("manager00000")
    assert leader is not None
    assert (leader.roles, leader.department) == (("approver",), "dept-2")
    assert found.departments["dept-2"].heads[0] == leader.id
    assert len(found.groups["role-71"].members) == 10

    del fake.people["manager00022"]
    gone = import_directory(source, options=options, is_dry=False, by=BY, now=MONDAY)

    assert [(one.verb, one.key) for one in gone.plan.changes] == [(Verb.DEACTIVATE, "manager00022")]
