"""The sandbox's own manners: a remote party that outlives its caller and counts down what it was told."""

import uuid
from decimal import Decimal

import pytest
from django.db import transaction

from orders.payments.ports import OutcomeUnknown
from orders.payments.sandbox.controls import forget, paid_back, tell, told
from orders.payments.sandbox.models import EVERY_ORDER, Mode
from orders.payments.sandbox.provider import SandboxProvider
from tests.orders.test_payment_contract import call_of

pytestmark = pytest.mark.usefixtures("committed")


def test_its_payment_stays_when_the_transaction_of_the_caller_is_rolled_back() -> None:
    call = call_of()

    with transaction.atomic():
        SandboxProvider().refund(call)
        transaction.set_rollback(True)

    assert [refund.key for refund in paid_back(call.order_no)] == [call.key]


def test_it_waits_no_longer_than_the_limit_of_its_caller_when_it_is_slow() -> None:
    waited: list[float] = []
    provider, call = SandboxProvider(time_limit=3.0, wait=waited.append), call_of()

    tell(Mode.SLOW, order_no=call.order_no, seconds=Decimal(2))
    provider.refund(call)
    tell(Mode.SLOW, order_no=call.order_no, seconds=Decimal("8.3"))
    with pytest.raises(OutcomeUnknown, match="timed_out"):
        provider.refund(call)

    assert waited == [2.0, 3.0]


def test_it_behaves_again_when_the_told_times_are_used_up() -> None:
    call = call_of()
    tell(Mode.FAIL, order_no=call.order_no, times=2)

    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            SandboxProvider().refund(call)

    assert SandboxProvider().refund(call).key == call.key


def test_the_behaviour_of_an_order_counts_before_the_one_for_all() -> None:
    tell(Mode.FAIL)
    own, other = call_of(order_no=f"ORD{uuid.uuid4().hex[:8]}"), call_of()
    tell(Mode.OK, order_no=own.order_no)

    assert SandboxProvider().refund(own).key == own.key
    with pytest.raises(OutcomeUnknown):
        SandboxProvider().refund(other)


def test_what_it_was_told_is_gone_when_it_forgets() -> None:
    tell(Mode.FAIL)
    tell(Mode.CUT, order_no="ORD-1")

    assert [(behaviour.order_no, behaviour.mode) for behaviour in told()] == [(EVERY_ORDER, "fail"), ("ORD-1", "cut")]
    assert (forget(order_no="ORD-1"), forget()) == (1, 1)
    assert told() == ()
