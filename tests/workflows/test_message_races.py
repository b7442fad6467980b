"""One letter, one reader: messages that come at once are taken once each, also without a transaction around them."""

from functools import partial

import pytest

from accounts.models import User
from bedrock.clock import now
from tests.racing import at_the_lock
from tests.workflows.conftest import chain, live_flow
from workflows import invariants
from workflows.actions.instances import start
from workflows.actions.messages import send
from workflows.engine.events import SYSTEM, MessageReceived
from workflows.engine.state import Subject
from workflows.models import HistoryEvent, Instance

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def tell(key: str) -> str:
    return ",".join(send(MessageReceived(name="parcel.arrived", key=key), now=now()).taken_by)


def test_of_two_messages_at_once_each_finds_another_reader_or_none(designer: User) -> None:
    waiting = chain(("parcel", "message", {"message": "parcel.arrived", "key": "${order}"}))
    live_flow("parcel", waiting | {"variables": [{"name": "order", "type": "text"}]}, by=designer)

    def begin(order: str) -> str:
        return start(
            "parcel", subject=Subject(type="parcel", id=order), variables={"order": order}, requester=None,
            actor=SYSTEM, now=now(),
        ).instance_id  # fmt: skip

    for number in range(ROUNDS):
        lone, first, second = begin(f"A{number}"), begin(f"B{number}"), begin(f"B{number}")

        alone = at_the_lock(lone, partial(tell, f"A{number}"), partial(tell, f"A{number}"))
        both = at_the_lock(first, partial(tell, f"B{number}"), partial(tell, f"B{number}"))

        assert sorted(alone) == ["", lone]
        assert sorted(both) == sorted([first, second])
        assert HistoryEvent.objects.filter(instance=lone, kind="moved", node="parcel").count() == 1
    assert set(Instance.objects.values_list("status", flat=True)) == {"completed"}
    assert invariants.broken() == []
