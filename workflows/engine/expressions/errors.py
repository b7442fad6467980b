"""What can be wrong with an expression: stable codes, character offsets, data, one English sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

# Code -> sentence. A catalogue in another language needs nothing but the code and the params.
SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the text cannot be read
        "expression.empty": "Expected an expression, found an empty text.",
        "expression.text_too_long": "Expected at most {limit} characters, found {found}.",
        "expression.unexpected": "Expected {expected}, found {found}.",
        "expression.unexpected_character": "Expected a part of an expression, found {found}.",
        "expression.full_width": "Expected “{expected}”, found the full-width “{found}”.",
        "expression.single_equals": "Expected == for “is equal to”, found a single =.",
        "expression.bare_name": "Expected a value, found {found}; a variable is written ${{{found}}}.",
        "expression.keyword_case": "Expected {expected} in lower case, found {found}.",
        "expression.chained": ("Expected one comparison, found a second {found}; join two comparisons with and."),
        "expression.unclosed_text": "Expected the closing quote {expected} on the same line, found the end.",
        "expression.bad_escape": "Expected \\', \\\", \\\\, \\n or \\t, found {found}.",
        "expression.unclosed_reference": "Expected }} after the name of the variable, found {found}.",
        "expression.bad_name": "Expected a name of letters, digits and _ (at most {limit}), found {found}.",
        "expression.bad_number": "Expected digits after the decimal point, found {found}.",
        "expression.number_too_long": "Expected a number of at most {limit} digits, found {found}.",
        "expression.unknown_currency": "Expected an ISO 4217 currency such as CNY, found {found}.",
        "expression.bad_date": "Expected a date such as 2026-01-31, found {found}.",
        "expression.bad_datetime": (
            "Expected a date and time with offset such as 2026-01-31T09:30+08:00, found {found}."
        ),
        "expression.bad_duration": "Expected a duration such as PT2H or P1D, found {found}.",
        "expression.too_deep": "Expected at most {limit} levels of nesting, found more.",
        "expression.too_many_nodes": "Expected at most {limit} parts, found {found}.",
        "expression.list_too_long": "Expected at most {limit} items in a list, found more.",
        # the types do not fit
        "expression.unknown_variable": "Expected a declared variable, found {found}.",
        "expression.unknown_field": "Expected a declared field of {record}, found {found}.",
        "expression.not_a_record": "Expected a record before the dot, found {name} of type {found}.",
        "expression.type": "Expected {expected} with {operator}, found {found}.",
        "expression.null_operand": ("Expected a value with {operator}, found null; the test for null is: is empty."),
        "expression.currency": "Expected an amount in {expected}, found one in {found}.",
        "expression.date_needs_days": "Expected whole days with a date, found {found}.",
        "expression.zero_divisor": "Expected a divisor other than zero, found 0.",
        "expression.not_a_condition": "Expected a condition (true or false), found a value of type {found}.",
        # the values do not fit, met while evaluating
        "expression.currency_mix": "Expected an amount in {expected}, found one in {found}.",
        "expression.division_by_zero": "Expected a divisor other than zero, found 0.",
        "expression.result_too_long": "Expected a result of at most 1,000 digits, found a longer one.",
        "expression.out_of_range": (
            "Expected a date of the years 1 to 9999 or a duration below 366,000 days, found more."
        ),
        "expression.bad_value": "Expected {expected} in {path}, found {found}.",
    }
)


class ExpressionError(Exception):
    """One thing wrong with an expression.

    `start` and `end` are offsets in characters (code points) of the text, `end` exclusive. `params`
    fill the sentence of the `code` and are JSON values.
    """

    def __init__(self, code: str, *, start: int, end: int, **params: str | int) -> None:
        self.code = code
        self.message = SENTENCES[code].format(**params)
        self.start = start
        self.end = end
        self.params = params
        super().__init__(f"{code} [{start},{end}): {self.message}")

    def to_json(self) -> dict[str, Any]:
        """`{code, message, from, to, params}` as the HTTP contract has it."""
        return {
            "code": self.code,
            "message": self.message,
            "from": self.start,
            "to": self.end,
            "params": dict(self.params),
        }


class EvaluationError(ExpressionError):
    """A sound expression met values it cannot compute with: zero divisor, two currencies, a result out of
    range.

    The engine turns it into an incident; it is never a silent false.
    """
