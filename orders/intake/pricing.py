"""What an order costs: its sums to the cent, and every reason why its amounts do not fit together. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bedrock.errors import BadInput
from orders.core.channels import NEEDS_PROMOTION
from orders.intake.document import LineBody, MoneyBody, OrderBody
from orders.money import LARGEST, is_payable

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The sums of an order in its one currency; `total = goods - discount + freight`."""

    currency: str
    goods: Decimal
    discount: Decimal
    freight: Decimal
    total: Decimal


def price(order: OrderBody) -> Priced:
    """The sums of a well-formed order. Raises BadInput `order.invalid` with every problem at once."""
    currency = order.lines[0].unit_price.currency
    problems = [*_amount_problems(order, currency), *_rule_problems(order)]
    if not problems:
        goods = sum((line.unit_price.amount * line.quantity for line in order.lines), ZERO)
        discount = sum((_discount(line) for line in order.lines), ZERO)
        freight = order.freight.amount if order.freight else ZERO
        priced = Priced(
            currency=currency, goods=goods, discount=discount, freight=freight, total=goods - discount + freight
        )
        problems = list(_sum_problems(order, priced))
        if not problems:
            return priced
    raise BadInput("order.invalid", f"The order has {len(problems)} problems.", problems=problems)


def line_total(line: LineBody) -> Decimal:
    """What the whole line costs."""
    return line.unit_price.amount * line.quantity - _discount(line)


def _discount(line: LineBody) -> Decimal:
    return line.discount.amount if line.discount else ZERO


def _problem(path: str, code: str, message: str, **params: Any) -> dict[str, Any]:
    return {"path": path, "code": code, "message": message, "params": params}


def _amount_problems(order: OrderBody, currency: str) -> Iterator[dict[str, Any]]:
    for path, amount in _amounts(order):
        if amount.currency != currency:
            yield _problem(
                path,
                "order.mixed_currencies",
                f"Expected {currency} as in the first line, found {amount.currency}.",
                expected=currency,
                found=amount.currency,
            )
        elif not is_payable(amount.amount, currency):
            yield _problem(path, "order.not_payable", f"Expected an amount that can be paid in {currency}.")


def _amounts(order: OrderBody) -> Iterator[tuple[str, MoneyBody]]:
    for i, line in enumerate(order.lines):
        yield f"lines.{i}.unit_price", line.unit_price
        if line.discount:
            yield f"lines.{i}.discount", line.discount
    if order.freight:
        yield "freight", order.freight
    if order.payment:
        yield "payment.amount", order.payment.amount


def _rule_problems(order: OrderBody) -> Iterator[dict[str, Any]]:
    if order.channel in NEEDS_PROMOTION and not order.promotion_id:
        yield _problem(
            "promotion_id",
            "order.promotion_required",
            f"Orders of the channel {order.channel} need a promotion_id.",
            channel=order.channel.value,
        )
    for i, line in enumerate(order.lines):
        if line.discount and line.discount.amount > line.unit_price.amount * line.quantity:
            yield _problem(
                f"lines.{i}.discount", "order.discount_too_large", "The discount is more than the line costs."
            )


def _sum_problems(order: OrderBody, priced: Priced) -> Iterator[dict[str, Any]]:
    if priced.goods >= LARGEST or priced.total >= LARGEST:
        yield _problem("lines", "order.too_large", f"Expected a total below {LARGEST}.")
    if order.payment and order.payment.amount.amount != priced.total:
        yield _problem(
            "payment.amount",
            "payment.amount_mismatch",
            f"Expected the payment to be the total of {priced.total} {priced.currency}, "
            f"found {order.payment.amount.amount}.",
            expected=str(priced.total),
            found=str(order.payment.amount.amount),
        )
    if order.payment and priced.total == 0:
        yield _problem("payment", "payment.nothing_to_pay", "An order that costs nothing has no payment.")
