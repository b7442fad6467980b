"""What every payment provider must do. A new adapter adds itself to PARTIES and passes all of this."""

import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Protocol

import pytest

from orders.payments.ports import OutcomeUnknown, PaymentProvider, ProviderRefused, RefundCall, RefundReceipt
from orders.payments.sandbox.controls import paid_back, tell
from orders.payments.sandbox.models import Mode
from orders.payments.sandbox.provider import SandboxProvider
from tests.orders.builders import at_once, yuan

pytestmark = pytest.mark.usefixtures("committed")


class Party(Protocol):
    """A provider together with its far side, on which a test can look and play tricks."""

    provider: PaymentProvider

    def misbehave(self, mode: Mode, *, order_no: str, times: int | None = 1) -> None: ...

    def paid(self, order_no: str) -> list[Decimal]: ...


class SandboxParty:
    def __init__(self) -> None:
        self.waited: list[float] = []
        self.provider: PaymentProvider = SandboxProvider(time_limit=3.0, wait=self.waited.append)

    def misbehave(self, mode: Mode, *, order_no: str, times: int | None = 1) -> None:
        tell(mode, order_no=order_no, seconds=Decimal("8.3"), times=times)

    def paid(self, order_no: str) -> list[Decimal]:
        return [refund.amount for refund in paid_back(order_no)]


PARTIES: list[Callable[[], Party]] = [SandboxParty]


@pytest.fixture(params=PARTIES, ids=lambda party: party.__name__)
def party(request: pytest.FixtureRequest) -> Party:
    made: Party = request.param()
    return made


def call_of(amount: str = "58.00", *, key: str = "", order_no: str = "", transaction: str = "") -> RefundCall:
    return RefundCall(
        key=key or f"K-{uuid.uuid4()}",
        transaction_id=transaction or f"T-{uuid.uuid4().hex[:16]}",
        payment=yuan("199.00"),
        amount=yuan(amount),
        order_no=order_no or f"ORD{uuid.uuid4().hex[:12]}",
        reason="七天无理由",
    )


def test_the_receipt_names_key_and_amount_when_a_refund_is_paid(party: Party) -> None:
    call = call_of()

    receipt = party.provider.refund(call)

    assert (receipt.key, receipt.amount, bool(receipt.provider_refund_id)) == (call.key, yuan("58.00"), True)
    assert party.provider.find_refund(call.key) == receipt
    assert party.paid(call.order_no) == [Decimal("58.00")]


def test_nothing_is_found_when_a_key_was_never_used(party: Party) -> None:
    assert party.provider.find_refund("K-never") is None


def test_it_pays_once_when_the_same_call_is_repeated(party: Party) -> None:
    call = call_of()

    receipts = [party.provider.refund(call) for _ in range(3)]

    assert receipts[0] == receipts[1] == receipts[2]
    assert party.paid(call.order_no) == [Decimal("58.00")]


def test_it_pays_once_when_the_same_call_arrives_four_times_at_once(party: Party) -> None:
    call = call_of()

    receipts = at_once(4, lambda: party.provider.refund(call))

    assert receipts == [receipts[0]] * 4
    assert party.paid(call.order_no) == [Decimal("58.00")]


def test_it_refuses_when_a_key_comes_with_another_amount(party: Party) -> None:
    call = call_of()
    party.provider.refund(call)

    with pytest.raises(ProviderRefused):
        party.provider.refund(call_of("58.01", key=call.key, order_no=call.order_no, transaction=call.transaction_id))

    assert party.paid(call.order_no) == [Decimal("58.00")]


def test_it_refuses_when_refunds_would_exceed_the_payment(party: Party) -> None:
    first = call_of("150.00")
    party.provider.refund(first)

    with pytest.raises(ProviderRefused):
        party.provider.refund(call_of("49.01", order_no=first.order_no, transaction=first.transaction_id))
    party.provider.refund(call_of("49.00", order_no=first.order_no, transaction=first.transaction_id))

    assert party.paid(first.order_no) == [Decimal("150.00"), Decimal("49.00")]


def test_nothing_is_paid_when_it_answers_with_a_server_error(party: Party) -> None:
    call = call_of()
    party.misbehave(Mode.FAIL, order_no=call.order_no)

    with pytest.raises(OutcomeUnknown):
        party.provider.refund(call)

    assert party.paid(call.order_no) == []
    assert party.provider.refund(call).amount == yuan("58.00")


def test_nothing_is_paid_when_it_refuses(party: Party) -> None:
    call = call_of()
    party.misbehave(Mode.REFUSE, order_no=call.order_no)

    with pytest.raises(ProviderRefused):
        party.provider.refund(call)

    assert (party.paid(call.order_no), party.provider.find_refund(call.key)) == ([], None)


@pytest.mark.parametrize("mode", [Mode.CUT, Mode.SLOW])
def test_the_refund_can_be_found_when_the_answer_was_lost(party: Party, mode: Mode) -> None:
    call = call_of()
    party.misbehave(mode, order_no=call.order_no)

    with pytest.raises(OutcomeUnknown):
        party.provider.refund(call)
    found = party.provider.find_refund(call.key)

    assert found is not None
    assert (found.amount, party.provider.refund(call)) == (yuan("58.00"), found)
    assert party.paid(call.order_no) == [Decimal("58.00")]


def test_nothing_is_ever_paid_under_a_void_key(party: Party) -> None:
    call = call_of()

    assert [party.provider.void(call.key) for _ in range(2)] == [None, None]
    with pytest.raises(ProviderRefused):
        party.provider.refund(call)

    assert (party.paid(call.order_no), party.provider.find_refund(call.key)) == ([], None)


def test_the_receipt_is_told_and_stays_good_when_a_paid_key_is_made_void(party: Party) -> None:
    call = call_of()
    receipt = party.provider.refund(call)

    assert party.provider.void(call.key) == receipt
    assert party.provider.refund(call) == receipt
    assert party.paid(call.order_no) == [Decimal("58.00")]


def test_a_key_is_either_paid_or_void_when_both_arrive_at_once(party: Party) -> None:
    for _ in range(10):
        call = call_of()

        paying = iter([True, False])

        def act(call: RefundCall = call, paying: Iterator[bool] = paying) -> tuple[str, RefundReceipt | None]:
            if next(paying):
                try:
                    return "paid", party.provider.refund(call)
                except ProviderRefused:
                    return "paid", None
            return "void", party.provider.void(call.key)

        told = dict(at_once(2, act))

        assert told["paid"] == told["void"]
        assert party.paid(call.order_no) == ([] if told["void"] is None else [Decimal("58.00")])
