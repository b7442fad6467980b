"""Shares of money add up, whatever is divided by whatever."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.money import is_payable, money_json, shares
from workflows.engine.values import Money

CENTS = st.integers(min_value=0, max_value=10**11).map(lambda cents: Decimal(cents).scaleb(-2))
WEIGHTS = st.lists(st.decimals(min_value=0, max_value=10**6, places=4), min_size=1, max_size=12)


@given(total=CENTS, weights=WEIGHTS)
def test_shares_add_up_to_the_cent_when_any_total_is_split(total: Decimal, weights: list[Decimal]) -> None:
    parts = shares(Money(total, "CNY"), weights)

    assert sum((part.amount for part in parts), Decimal(0)) == total
    assert all(part.amount == part.quantized().amount >= 0 for part in parts)


@given(total=CENTS, weights=WEIGHTS.filter(any))
def test_each_share_is_within_a_coin_of_its_exact_part_when_weights_are_given(
    total: Decimal, weights: list[Decimal]
) -> None:
    parts = shares(Money(total, "CNY"), weights)

    exact = [total * weight / sum(weights) for weight in weights]
    assert all(abs(part.amount - wanted) < Decimal("0.01") for part, wanted in zip(parts, exact, strict=True))


def test_the_left_over_cent_goes_to_the_first_when_three_share_ten_yuan() -> None:
    parts = shares(Money(Decimal("10.00"), "CNY"), [Decimal(1)] * 3)

    assert [str(part) for part in parts] == ["3.34 CNY", "3.33 CNY", "3.33 CNY"]


def test_parts_are_equal_when_all_weights_are_zero() -> None:
    assert [str(part) for part in shares(Money(Decimal("1.00"), "CNY"), [Decimal(0)] * 2)] == ["0.50 CNY", "0.50 CNY"]


def test_shares_of_a_refund_are_negative_when_the_total_is() -> None:
    parts = shares(Money(Decimal("-10.00"), "CNY"), [Decimal(1)] * 3)

    assert [str(part) for part in parts] == ["-3.34 CNY", "-3.33 CNY", "-3.33 CNY"]


@pytest.mark.parametrize("weights", [[], [Decimal(1), Decimal(-1)]])
def test_shares_are_refused_when_weights_are_missing_or_negative(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weight"):
        shares(Money(Decimal(1), "CNY"), weights)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("0.01", "CNY", True), ("0.001", "CNY", False), ("1", "JPY", True), ("0.5", "JPY", False), ("0.001", "KWD", True)],
)
def test_an_amount_is_payable_when_it_has_no_part_below_the_smallest_coin(
    amount: str, currency: str, expected: bool
) -> None:
    assert is_payable(Decimal(amount), currency) is expected


def test_money_keeps_the_places_of_its_currency_when_written_as_json() -> None:
    assert money_json(Decimal("58.0000"), "CNY") == {"amount": "58.00", "currency": "CNY"}
    assert money_json(Decimal("58.0000"), "JPY") == {"amount": "58", "currency": "JPY"}
