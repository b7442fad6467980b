"""What orders do with exact money: its JSON and column forms, and shares that add up. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.values import Money, plain

# Columns hold 14 digits before the point and 4 behind it: enough for every minor unit of ISO 4217.
DIGITS: Final = 18
PLACES: Final = 4
LARGEST: Final = Decimal(10) ** 12


def money_json(amount: Decimal, currency: str) -> dict[str, str]:
    """`{"amount": "58.00", "currency": "CNY"}`: exact, with the decimal places of the currency."""
    return {"amount": plain(amount, places=MINOR_UNITS[currency]), "currency": currency}


def is_payable(amount: Decimal, currency: str) -> bool:
    """True when the amount has no part below the currency's smallest coin and fits into the columns."""
    return abs(amount) < LARGEST and amount == Money(amount, currency).quantized().amount


def shares(total: Money, weights: Sequence[Decimal]) -> tuple[Money, ...]:
    """Split a total by non-negative weights into payable parts that add up to it exactly.

    Each part differs from its exact share by less than one coin; the coins left over by rounding down go to the largest
    remainders, the earlier part first. Equal parts when all weights are zero. ValueError without weights or for a
    negative one.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("expected at least one weight and none below zero")
    coin = Decimal(1).scaleb(-MINOR_UNITS[total.currency])
    coins = int(total.amount / coin)
    if coin * coins != total.amount:
        raise ValueError(f"expected a payable amount, found {total}")
    scale = max(-int(weight.as_tuple().exponent) for weight in weights)
    whole = [int(weight.scaleb(max(scale, 0))) for weight in weights]
    if not any(whole):
        whole = [1] * len(whole)
    weight_sum = sum(whole)
    sign, size = (-1 if coins < 0 else 1), abs(coins)
    parts = [size * weight // weight_sum for weight in whole]
    by_remainder = sorted(range(len(whole)), key=lambda i: (-(size * whole[i] % weight_sum), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return tuple(Money(coin * sign * part, total.currency) for part in parts)
