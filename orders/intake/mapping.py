"""How the columns of a file become an order document: read from TOML or JSON, applied to the rows of an order. Pure."""

import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from string import Formatter
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, ValidationError, model_validator

from bedrock.errors import BadInput
from bedrock.tables import Row
from orders.intake.document import Body
from orders.money import shares
from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.values import Money, plain

_PLAIN_NUMBER: Final = re.compile(r"-?[0-9]{1,14}(?:\.[0-9]{1,10})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAIVE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")


class Source(Body):
    """Where a field's text comes from: a column, a fixed value, or a pattern of columns such as `NW-{order_id}`."""

    column: str | None = None
    value: str | None = None
    pattern: str | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(part is not None for part in (self.column, self.value, self.pattern)) != 1:
            raise ValueError("expected one of column, value, pattern")
        return self

    def columns(self) -> set[str]:
        """The columns it needs."""
        if self.pattern is not None:
            return {name for _, name, _, _ in Formatter().parse(self.pattern) if name}
        return {self.column} if self.column is not None else set()

    def read(self, cells: Mapping[str, str]) -> str:
        """The text for one row."""
        if self.pattern is not None:
            return "".join(text + (cells[name] if name else "") for text, name, _, _ in Formatter().parse(self.pattern))
        return cells[self.column] if self.column is not None else self.value or ""


def _source(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


From = Annotated[Source, BeforeValidator(_source)]


class OrderFields(Body):
    """Fields of the order; the first row of an order counts, and all its rows must agree."""

    order_no: From
    channel: From
    placed_at: From
    currency: From
    buyer_name: From
    buyer_phone: From
    customer_id: From | None = None
    region: From | None = None
    city: From | None = None
    address: From | None = None
    postal_code: From | None = None
    freight: From | None = None
    promotion_id: From | None = None
    order_discount: From | None = None  # shared among the lines by what they cost


class LineFields(Body):
    """Fields of a line. `discount` is an amount for the line, `discount_ratio` a part of it such as 0.15."""

    sku: From
    name: From
    quantity: From
    unit_price: From
    discount: From | None = None
    discount_ratio: From | None = None


class PaymentFields(Body):
    """Orders with a transaction id are paid in full."""

    provider: From
    transaction_id: From
    paid_at: From


class ColumnMapping(Body):
    """A whole mapping. `zone` is where times without offset were written down; without it they are refused."""

    format: Literal[1]
    zone: str | None = None
    order: OrderFields
    line: LineFields
    payment: PaymentFields | None = None

    def columns(self) -> set[str]:
        """Every column it needs."""
        groups = [self.order, self.line, *([self.payment] if self.payment else [])]
        sources = [getattr(group, name) for group in groups for name in type(group).model_fields]
        return {column for source in sources if source is not None for column in source.columns()}


_OWN_PAYMENT: Final = {"provider": "payment_provider", "transaction_id": "payment_transaction_id", "paid_at": "paid_at"}


def own_mapping(columns: Collection[str]) -> ColumnMapping:
    """The mapping of a file whose columns are called like our fields; optional ones may be missing."""
    kinds: dict[str, type[Body]] = {"order": OrderFields, "line": LineFields}
    groups: dict[str, Any] = {
        group: {name: name for name, field in kind.model_fields.items() if field.is_required() or name in columns}
        for group, kind in kinds.items()
    }
    if set(_OWN_PAYMENT.values()) <= set(columns):
        groups["payment"] = _OWN_PAYMENT
    return mapping_of({"format": 1, **groups})


def read_mapping(text: str, *, kind: Literal["toml", "json"]) -> ColumnMapping:
    """A mapping from its text. Raises BadInput `mapping.malformed` with one problem per place."""
    try:
        document = tomllib.loads(text) if kind == "toml" else json.loads(text)
    except ValueError as error:
        raise BadInput("mapping.malformed", f"The mapping is not {kind.upper()}: {error}.") from None
    return mapping_of(document)


def mapping_of(document: object) -> ColumnMapping:
    """A mapping from its document. Raises BadInput `mapping.malformed` with one problem per place."""
    try:
        mapping = ColumnMapping.model_validate(document)
        if mapping.zone is not None:
            ZoneInfo(mapping.zone)
    except ValidationError as error:
        problems = [
            {
                "path": ".".join(map(str, item["loc"])),
                "code": "mapping.malformed",
                "message": item["msg"],
                "params": {},
            }
            for item in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise BadInput("mapping.malformed", "The mapping is not valid.", problems=problems) from None
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput("mapping.malformed", f"Expected an IANA zone, found {mapping.zone!r}.") from None
    return mapping


def with_channel(mapping: ColumnMapping, channel: str) -> ColumnMapping:
    """The same mapping with one channel for all orders."""
    return mapping.model_copy(update={"order": mapping.order.model_copy(update={"channel": Source(value=channel)})})


def document_of(rows: Sequence[Row], *, mapping: ColumnMapping) -> dict[str, Any]:
    """The order document of the rows of one order, without its payment's amount.

    Discounts by ratio are rounded half up per line; a discount of the whole order is shared so that it adds up exactly.
    A number that cannot be read stays as it is: reading the document then says what is wrong and where.
    """
    cells = rows[0].cells
    order = mapping.order
    currency = order.currency.read(cells)
    lines = [_line(row.cells, mapping.line, currency) for row in rows]
    if order.order_discount is not None:
        _share_discount(lines, order.order_discount.read(cells), currency)
    document: dict[str, Any] = {
        "order_no": order.order_no.read(cells),
        "channel": order.channel.read(cells),
        "placed_at": _moment(order.placed_at.read(cells), mapping.zone),
        "buyer": {
            "name": order.buyer_name.read(cells),
            "phone": order.buyer_phone.read(cells),
            "customer_id": _read(order.customer_id, cells),
        },
        "ship_to": {name: _read(getattr(order, name), cells) for name in ("region", "city", "address", "postal_code")},
        "lines": lines,
        "freight": {"amount": _amount(_read(order.freight, cells) or "0"), "currency": currency},
        "promotion_id": _read(order.promotion_id, cells),
    }
    return document


def payment_of(rows: Sequence[Row], *, mapping: ColumnMapping, total: Money) -> dict[str, Any] | None:
    """The payment of the rows of one order; None when they name no transaction or there is nothing to pay."""
    fields, cells = mapping.payment, rows[0].cells
    if fields is None or total.amount == 0 or not fields.transaction_id.read(cells):
        return None
    return {
        "provider": fields.provider.read(cells),
        "transaction_id": fields.transaction_id.read(cells),
        "amount": {"amount": plain(total.amount), "currency": total.currency},
        "paid_at": _moment(fields.paid_at.read(cells), mapping.zone),
    }


def disagreeing(rows: Sequence[Row], *, mapping: ColumnMapping) -> Row | None:
    """The first row that says something else about the order than the first row does."""
    sources = [getattr(mapping.order, name) for name in OrderFields.model_fields]
    said = [[source.read(row.cells) for source in sources if source is not None] for row in rows]
    return next((row for row, texts in zip(rows, said, strict=True) if texts != said[0]), None)


def _read(source: Source | None, cells: Mapping[str, str]) -> str:
    return source.read(cells) if source is not None else ""


def _line(cells: Mapping[str, str], fields: LineFields, currency: str) -> dict[str, Any]:
    quantity = fields.quantity.read(cells)
    price = _amount(fields.unit_price.read(cells))
    line = {
        "sku": fields.sku.read(cells),
        "name": fields.name.read(cells),
        "quantity": int(quantity) if quantity.isascii() and quantity.isdigit() and len(quantity) < 10 else quantity,  # noqa: PLR2004
        "unit_price": {"amount": price, "currency": currency},
    }
    ratio = _read(fields.discount_ratio, cells)
    discount = _ratio_of(line, ratio) if ratio else _amount(_read(fields.discount, cells) or "0")
    return line | {"discount": {"amount": discount, "currency": currency}}


def _ratio_of(line: Mapping[str, Any], ratio: str) -> str:
    part, price, currency = _number(ratio), _number(line["unit_price"]["amount"]), line["unit_price"]["currency"]
    if part is None or price is None or not isinstance(line["quantity"], int) or currency not in MINOR_UNITS:
        return ratio if part is None else "0"
    coin = Decimal(1).scaleb(-MINOR_UNITS[currency])
    return plain((price * line["quantity"] * part).quantize(coin, rounding=ROUND_HALF_UP))


def _share_discount(lines: Sequence[dict[str, Any]], text: str, currency: str) -> None:
    discount = _number(text or "0")
    costs = [_cost(line) for line in lines]
    readable = discount is not None and currency in MINOR_UNITS and None not in costs
    if not readable:
        lines[0]["discount"]["amount"] = text
        return
    total = Money(discount or Decimal(0), currency)
    if total.amount and total == total.quantized():
        for line, share in zip(lines, shares(total, [cost or Decimal(0) for cost in costs]), strict=True):
            line["discount"]["amount"] = plain((_number(line["discount"]["amount"]) or Decimal(0)) + share.amount)
    elif total.amount:
        lines[0]["discount"]["amount"] = text


def _cost(line: Mapping[str, Any]) -> Decimal | None:
    price, discount = _number(line["unit_price"]["amount"]), _number(line["discount"]["amount"])
    if price is None or discount is None or not isinstance(line["quantity"], int):
        return None
    return max(price * line["quantity"] - discount, Decimal(0))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _PLAIN_NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def _amount(text: str) -> str:
    """The text of an amount without useless zeros, so that 14, 14.0 and 14.00 are the same document."""
    number = _number(text)
    return text if number is None else plain(number)


def _moment(text: str, zone: str | None) -> str:
    """A time without offset gets the one of the mapping's zone; a bare date is its midnight there."""
    if zone is None:
        return text
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)).isoformat()
        if _NAIVE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        pass
    return text
