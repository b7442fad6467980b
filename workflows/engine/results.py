"""Results of expressions as variables of a run: which of them fit, how they are kept, what is wrong with a text."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.language import check
from workflows.engine.json_values import decode, encode
from workflows.engine.node_type import Problem
from workflows.engine.state import Json
from workflows.engine.values import EXACT_ROUNDING, MAX_DIGITS, Money
from workflows.engine.variables import Kind, Variable, VariableType

_FINEST: Final = Decimal(1).scaleb(-MAX_DIGITS)  # a number is kept with at most this many decimals


def fits(wanted: VariableType, found: VariableType) -> bool:
    """Whether a value of one type may stand in a variable of the other: a whole number is also a decimal one."""
    if found.kind is Kind.NULL:
        return True
    if wanted.kind is Kind.LIST and found.kind is Kind.LIST:
        return wanted.item is not None and found.item is not None and fits(wanted.item, found.item)
    if wanted.kind is Kind.RECORD and found.kind is Kind.RECORD:
        pairs = [(field.type, found.field(field.name)) for field in wanted.fields]
        return all(other is not None and fits(kind, other.type) for kind, other in pairs)
    return found.kind is wanted.kind or (wanted.kind is Kind.DECIMAL and found.kind is Kind.INTEGER)


def kept(variable: Variable, value: Any) -> Json:
    """The result as the run keeps it; raises ValueMismatch when nobody could read it back."""
    return encode(decode(variable.type, encode(_rounded(value)), variable.name))


def _rounded(value: Any) -> Any:
    """Amounts in whole minor units, and numbers without the endless rest that a quotient has.

    What is too large for a variable stays as it is, and is refused when it is read back.
    """
    match value:
        case Money() if value.amount.adjusted() < MAX_DIGITS:
            return value.quantized()
        case Decimal() if value.adjusted() < MAX_DIGITS and int(value.as_tuple().exponent) < -MAX_DIGITS:
            return value.quantize(_FINEST, rounding=ROUND_HALF_UP, context=EXACT_ROUNDING)
        case tuple():
            return tuple(_rounded(item) for item in value)
    return value


def value_problems(
    text: str, *, wanted: VariableType | None, variable: str, variables: tuple[Variable, ...], path: str, code: str
) -> list[Problem]:
    """What is wrong with the expression that `variable` takes its value from; `code` says that its type does not fit.

    Without a wanted type (the variable is not known) the expression is looked at alone.
    """
    found = check(text, variables)
    if found.type is None:
        return expression_problems(found.errors, path)
    if wanted is None or fits(wanted, found.type):
        return []
    return [
        Problem(
            code=code, path=path, span=(0, len(text)),
            message=f"Expected a value of type {wanted} for {variable}, found {found.type}.",
            params={"variable": variable, "expected": str(wanted), "found": str(found.type)},
        )
    ]  # fmt: skip


def expression_problems(errors: Iterable[ExpressionError], path: str) -> list[Problem]:
    """What is wrong with the expression at that path of a config, each at its characters."""
    return [
        Problem(code=error.code, message=error.message, path=path, span=(error.start, error.end), params=error.params)
        for error in errors
    ]
