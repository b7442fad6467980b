"""Keyset pages: `{"results": […], "next": cursor | null}`. Page 1,000 costs what page 1 costs, and rows never shift."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

from bedrock.errors import BadInput

Row = TypeVar("Row", bound=Model)

_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    rows: list[Row]
    next: str | None

    def body(self, shape: Callable[[Row], Any]) -> dict[str, Any]:
        """The answer, each row shaped by `shape`."""
        return {"results": [shape(row) for row in self.rows], "next": self.next}


def limit_of(text: str | None) -> int:
    """The page size that the caller asks for. Raises BadInput `paging.bad_limit` unless 1 … MAX_LIMIT."""
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_LIMIT):  # noqa: PLR2004
        raise BadInput("paging.bad_limit", f"Expected limit to be 1 to {MAX_LIMIT}.", limit=MAX_LIMIT)
    return int(text)


def page(queryset: QuerySet[Row], *, order_by: Sequence[str], params: Mapping[str, str]) -> Page[Row]:
    """One page of `queryset` as `?cursor=&limit=` ask for.

    `order_by` names columns of the model, "-" for descending; together they must be unique and none may be NULL.
    Raises BadInput `paging.bad_cursor` or `paging.bad_limit`.
    """
    limit = limit_of(params.get("limit"))
    keys = [_Key(name=name.lstrip("-"), descending=name.startswith("-")) for name in order_by]
    fields = [_column(queryset.model, key.name) for key in keys]
    cursor = params.get("cursor")
    if cursor:
        queryset = queryset.filter(_after(keys, _decode(cursor, fields)))
    rows = list(queryset.order_by(*order_by)[: limit + 1])
    if len(rows) <= limit:
        return Page(rows=rows, next=None)
    rows = rows[:limit]
    last = rows[-1]
    return Page(rows=rows, next=_encode([field.value_to_string(last) for field in fields]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    name: str
    descending: bool

    def beyond(self, value: Any) -> Q:
        return Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})

    def not_before(self, value: Any) -> Q:
        return Q(**{f"{self.name}__{'lte' if self.descending else 'gte'}": value})


def _column(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} is not a column of {model.__name__}")
    return field


def _after(keys: Sequence[_Key], values: Sequence[Any]) -> Q:
    # a > x OR (a = x AND (b > y OR …)), and a >= x once more in front, which is what an index can use.
    condition = keys[-1].beyond(values[-1])
    for key, value in zip(reversed(keys[:-1]), reversed(values[:-1]), strict=True):
        condition = key.beyond(value) | (Q(**{key.name: value}) & condition)
    return keys[0].not_before(values[0]) & condition


def _encode(values: list[str]) -> str:
    packed = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(cursor: str, fields: Sequence["Field[Any, Any]"]) -> list[Any]:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(packed)
        if not isinstance(values, list) or len(values) != len(fields) or not all(_is_sane(one) for one in values):
            raise _bad_cursor()
        return [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (binascii.Error, ValueError, ValidationError, RecursionError):
        raise _bad_cursor() from None


def _is_sane(value: Any) -> bool:
    return isinstance(value, str) and not _BAD_TEXT.search(value)


def _bad_cursor() -> BadInput:
    return BadInput("paging.bad_cursor", "Expected cursor to be the `next` of an earlier page of this list.")
