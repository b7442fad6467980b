"""The payment providers this house can speak to, by the key that payments carry."""

from collections.abc import Mapping
from typing import Final

from bedrock.errors import BadInput
from orders.payments.ports import PaymentProvider
from orders.payments.sandbox.provider import SandboxProvider

PROVIDERS: Final[Mapping[str, PaymentProvider]] = {"sandbox": SandboxProvider()}


def provider_of(key: str) -> PaymentProvider:
    """The adapter for a key; BadInput `payment.provider_unknown` if there is none."""
    try:
        return PROVIDERS[key]
    except KeyError:
        raise BadInput(
            "payment.provider_unknown",
            f"Expected one of {', '.join(PROVIDERS)}, found {key!r}.",
            known=sorted(PROVIDERS),
        ) from None
