"""The port to a party that holds money. An adapter speaks for one provider and knows no order, no row and no flow."""

from dataclasses import dataclass
from typing import Protocol

from workflows.engine.values import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCall:
    """One refund to ask for. The provider pays at most once for a key, however often it is asked."""

    key: str  # idempotency key: the same for every try
    transaction_id: str  # the payment it is taken from
    payment: Money  # what was paid in that transaction
    amount: Money  # what goes back
    order_no: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReceipt:
    """A refund that the provider has made."""

    key: str
    provider_refund_id: str
    amount: Money


class ProviderRefused(Exception):  # noqa: N818 - named for what happened
    """The provider understood and said no; asking again with the same content is pointless. Nothing was paid."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class OutcomeUnknown(Exception):  # noqa: N818
    """No usable answer: a time-out, a cut line, an error on the provider's side. It may have paid or not."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class PaymentProvider(Protocol):
    """What this house needs from a provider. Every adapter passes the one conformance suite."""

    def refund(self, call: RefundCall) -> RefundReceipt:
        """Pay back; the same key and content again gives the same receipt. Raises ProviderRefused or OutcomeUnknown."""

    def find_refund(self, key: str) -> RefundReceipt | None:
        """The refund made under this key, None if there is none. Raises OutcomeUnknown if it cannot be asked."""

    def void(self, key: str) -> RefundReceipt | None:
        """Promise to pay nothing under this key from now on, whatever is still on its way: None. The receipt when it
        was paid already. Voiding twice gives the same answer. Raises OutcomeUnknown if it cannot be promised now.
        """
