"""The order document as clients and files hand it in: shape and types only, every fault with its path. Pure."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from bedrock.errors import BadInput
from orders.core.channels import Channel
from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.values import Money

MAX_LINES: Final = 500
MAX_QUANTITY: Final = 1_000_000
EARLIEST_YEAR: Final = 2000
LATEST_YEAR: Final = 2199
_AMOUNT: Final = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,4})?")
_ISO_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}.*")
_CHANNELS: Final = frozenset(channel.value for channel in Channel)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


_AMOUNT_SCHEMA: Final = {"type": "string", "pattern": f"^{_AMOUNT.pattern}$", "examples": ["58.00"]}
_CURRENCY_SCHEMA: Final = {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["CNY"]}


def _amount(value: object) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise PydanticCustomError("money_amount", 'Expected an amount as text such as "58.00", zero or more.')
    return Decimal(value)


def _currency(value: str) -> str:
    if value not in MINOR_UNITS:
        raise PydanticCustomError("money_currency", "Expected an ISO 4217 code such as CNY.")
    return value


def _moment(value: object) -> object:
    if not isinstance(value, str) or not _ISO_TIME.fullmatch(value):
        raise PydanticCustomError("datetime_text", "Expected a time such as 2026-01-26T16:42:11+08:00.")
    return value


def _in_reach(value: datetime) -> datetime:
    # Working time is counted from it, and zones shift it: both end with the range of dates.
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise PydanticCustomError("moment_range", "Expected a time in the years 2000 to 2199.")
    return value


def _channel(value: object) -> Channel:
    if not isinstance(value, str) or value not in _CHANNELS:
        raise PydanticCustomError("channel", "Expected one of wechat, douyin, taobao, pinduoduo, h5.")
    return Channel(value)


def _one_line(value: str) -> str:
    if _CONTROL.search(value) or value != value.strip():
        raise PydanticCustomError("one_line", "Expected one line of text without spaces around it.")
    return value


def _phone(value: str) -> str:
    if not re.fullmatch(r"\+?[0-9 ().\-]{3,31}", value) or not re.search(r"[0-9]{2}", value):
        raise PydanticCustomError("phone", "Expected a phone number of digits, spaces, dots, dashes and brackets.")
    return value


def _some_lines(lines: tuple[Any, ...]) -> tuple[Any, ...]:
    if not 1 <= len(lines) <= MAX_LINES:
        raise PydanticCustomError("line_count", "Expected 1 to 500 lines.")
    return lines


def _text(longest: int, *, shortest: int = 0) -> Any:
    return Annotated[str, Field(min_length=shortest, max_length=longest), AfterValidator(_one_line)]


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_moment), AfterValidator(_in_reach)]
OrderNo = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.\-]+$")]


class Body(BaseModel):
    """A part of a document from outside: nothing converted, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class MoneyBody(Body):
    """`{"amount": "58.00", "currency": "CNY"}`; the amount is text, because a JSON number has no exact meaning."""

    amount: Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema(_AMOUNT_SCHEMA)]
    currency: Annotated[str, AfterValidator(_currency), WithJsonSchema(_CURRENCY_SCHEMA)]

    @property
    def money(self) -> Money:
        """The exact value."""
        return Money(self.amount, self.currency)


class BuyerBody(Body):
    """Who bought."""

    name: _text(100, shortest=1)  # type: ignore[valid-type]
    phone: Annotated[str, AfterValidator(_phone)]
    customer_id: _text(64) = ""  # type: ignore[valid-type]


class ShipToBody(Body):
    """Where it goes."""

    region: _text(100) = ""  # type: ignore[valid-type]
    city: _text(100) = ""  # type: ignore[valid-type]
    address: _text(300) = ""  # type: ignore[valid-type]
    postal_code: _text(20) = ""  # type: ignore[valid-type]


class LineBody(Body):
    """One position. `discount` is for the whole line, not for one piece."""

    sku: _text(64, shortest=1)  # type: ignore[valid-type]
    name: _text(200, shortest=1)  # type: ignore[valid-type]
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
    unit_price: MoneyBody
    discount: MoneyBody | None = None


class PaymentBody(Body):
    """A payment that the client has already received."""

    provider: _text(32, shortest=1)  # type: ignore[valid-type]
    transaction_id: _text(64, shortest=1)  # type: ignore[valid-type]
    amount: MoneyBody
    paid_at: Moment


class OrderBody(Body):
    """A whole order as in `POST /orders`."""

    order_no: OrderNo | None = None
    channel: Annotated[Channel, BeforeValidator(_channel)]
    placed_at: Moment
    buyer: BuyerBody
    ship_to: ShipToBody = ShipToBody()
    lines: Annotated[tuple[LineBody, ...], Field(strict=False), AfterValidator(_some_lines)]
    freight: MoneyBody | None = None
    promotion_id: _text(64) = ""  # type: ignore[valid-type]
    payment: PaymentBody | None = None


class RefundBody(Body):
    """What `POST /orders/{order_no}/refunds` takes."""

    amount: MoneyBody
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    variables: dict[str, Any] = Field(default_factory=dict, max_length=50)


class ForeseenRefundBody(Body):
    """What `POST /orders/{order_no}/refunds/preview` takes: a refund that is still being written."""

    amount: MoneyBody
    reason: Annotated[str, Field(max_length=500)] = ""
    variables: dict[str, Any] = Field(default_factory=dict, max_length=50)


class BuyerChangeBody(Body):
    """What is to be otherwise about who bought; what is left out stays."""

    name: _text(100, shortest=1) | None = None  # type: ignore[valid-type]
    phone: Annotated[str, AfterValidator(_phone)] | None = None


class ShipToChangeBody(Body):
    """What is to be otherwise about where it goes; what is left out stays."""

    region: _text(100) | None = None  # type: ignore[valid-type]
    city: _text(100) | None = None  # type: ignore[valid-type]
    address: _text(300) | None = None  # type: ignore[valid-type]
    postal_code: _text(20) | None = None  # type: ignore[valid-type]


class ChangeBody(Body):
    """What `POST /orders/{order_no}/changes` takes."""

    buyer: BuyerChangeBody = BuyerChangeBody()
    ship_to: ShipToChangeBody = ShipToChangeBody()
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    variables: dict[str, Any] = Field(default_factory=dict, max_length=50)

    @property
    def after(self) -> dict[str, str]:
        """The new values by field, such as `ship_to.city`."""
        given = {"buyer": self.buyer, "ship_to": self.ship_to}
        return {
            f"{part}.{name}": value
            for part, body in given.items()
            for name, value in body.model_dump(exclude_none=True).items()
        }


class ForeseenChangeBody(ChangeBody):
    """What `POST /orders/{order_no}/changes/preview` takes: a change that is still being written."""

    reason: Annotated[str, Field(max_length=500)] = ""


def read_order(document: object) -> OrderBody:
    """The typed order of a JSON document. Raises BadInput `input.invalid` with one problem per place."""
    return _read(OrderBody, document)


def read_refund(document: object) -> RefundBody:
    """The typed refund request of a JSON document. Raises BadInput `input.invalid` with one problem per place."""
    return _read(RefundBody, document)


def read_foreseen_refund(document: object) -> ForeseenRefundBody:
    """The refund that is being written. Raises BadInput `input.invalid` with one problem per place."""
    return _read(ForeseenRefundBody, document)


def read_foreseen_change(document: object) -> ForeseenChangeBody:
    """The change that is being written. Raises BadInput `input.invalid` with one problem per place."""
    return _read(ForeseenChangeBody, document)


def read_change(document: object) -> ChangeBody:
    """The typed wish of a JSON document. Raises BadInput `input.invalid` with one problem per place."""
    return _read(ChangeBody, document)


B = TypeVar("B", bound=Body)
_CODES: Final = {"extra_forbidden": "input.unknown_field", "missing": "input.required"}


def _read(kind: type[B], document: object) -> B:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        problems = [
            {
                "path": ".".join(str(part) for part in item["loc"]),
                "code": _CODES.get(item["type"], f"input.{item['type']}"),
                "message": item["msg"],
                "params": {},
            }
            for item in error.errors(include_url=False, include_input=False, include_context=False)
        ]
    raise BadInput("input.invalid", "The input is not valid.", problems=problems)
