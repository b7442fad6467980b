"""A slow, plain evaluator of expression trees to compare the compiled closures with.

Shares nothing with them but the tree: numbers are fractions, amounts pairs, durations seconds.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from workflows.engine.expressions import syntax as s
from workflows.engine.values import Duration, Money


@dataclass(frozen=True)
class Refused:
    """The oracle met values it cannot compute with; `code` is the last part of the language's code."""

    code: str


class _RefusedError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.refused = Refused(code)


def plain(value: Any) -> Any:
    """A decoded value in the oracle's own terms."""
    match value:
        case Money():
            return ("money", Fraction(value.amount), value.currency)
        case Duration():
            return ("span", value.days, value.time)
        case tuple():
            return [plain(item) for item in value]
        case bool() | str() | date() | None:
            return value
    return Fraction(value)


def answer(node: s.Ast, values: dict[str, Any]) -> Any:
    """What the expression is worth, None for null and unknown, Refused where there is no answer."""
    try:
        return _answer(node, values)
    except _RefusedError as error:
        return error.refused


def _answer(node: s.Ast, values: dict[str, Any]) -> Any:  # noqa: C901 - one case per kind of node
    match node:
        case s.Literal(kind=s.LiteralKind.PERCENT):
            return Fraction(node.value) / 100
        case s.Literal():
            return plain(node.value)
        case s.Reference():
            return plain(values.get(node.path[0]))
        case s.ListOf():
            return [_answer(item, values) for item in node.items]
        case s.Empty():
            return (_answer(node.operand, values) is None) != node.negated
        case s.Not():
            inner = _answer(node.operand, values)
            return None if inner is None else not inner
        case s.Join():
            return _join(node, values)
        case s.Negate():
            return _negate(_answer(node.operand, values))
    left = _answer(node.left, values)
    right = None if left is None else _answer(node.right, values)
    if left is None or right is None:
        return None
    if isinstance(node, s.Calculate):
        return _calculate(node.operator, left, right)
    if isinstance(node, s.Compare):
        return _compare(node.operator, left, right)
    found = _member(node.operator, left, right)
    return None if found is None else found != node.negated


def _join(node: s.Join, values: dict[str, Any]) -> bool | None:
    decisive = node.operator is s.Connective.OR
    seen: list[bool | None] = []
    for operand in node.operands:
        seen.append(_answer(operand, values))
        if seen[-1] is decisive:
            return decisive
    return None if None in seen else not decisive


def _negate(value: Any) -> Any:
    match value:
        case ("money", amount, currency):
            return ("money", -amount, currency)
        case ("span", days, time):
            return ("span", -days, -time)
    return None if value is None else -value


def _calculate(operator: str, left: Any, right: Any) -> Any:
    match left, right:
        case ("money", a, x), ("money", b, y):
            if x != y:
                raise _RefusedError("currency_mix")
            number = _number(operator, a, b)
            return number if operator == "/" else ("money", number, x)
        case ("money", a, x), Fraction():
            return ("money", _number(operator, a, right), x)
        case Fraction(), ("money", b, y):
            return ("money", _number(operator, left, b), y)
        case ("span", days, time), ("span", d, t):
            sign = 1 if operator == "+" else -1
            return ("span", days + sign * d, time + sign * t)
        case date(), date():
            return ("span", (left - right).days, timedelta())
        case date(), ("span", d, t):
            if t:
                raise _RefusedError("date_needs_days")
            return left + (1 if operator == "+" else -1) * timedelta(days=d)
    return _number(operator, left, right)


def _number(operator: str, left: Fraction, right: Fraction) -> Fraction:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    if right == 0:
        raise _RefusedError("division_by_zero")
    return left / right


def _order(left: Any, right: Any) -> int:
    match left, right:
        case ("money", a, x), ("money", b, y):
            if x != y:
                raise _RefusedError("currency_mix")
            left, right = a, b
        case ("span", d, t), ("span", e, u):
            left, right = t + timedelta(days=d), u + timedelta(days=e)
    return int(left > right) - int(left < right)


def _compare(operator: str, left: Any, right: Any) -> bool:
    order = _order(left, right)
    return {
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[operator]


def _member(operator: str, left: Any, right: Any) -> bool | None:
    match operator:
        case "starts with":
            return bool(left[: len(right)] == right)
        case "ends with":
            return bool(left[len(left) - len(right) :] == right) if len(right) <= len(left) else False
        case "contains" if isinstance(left, str):
            return any(left[i : i + len(right)] == right for i in range(len(left) + 1))
        case "contains":
            left, right = right, left
    verdicts = [None if item is None else _order(item, left) == 0 for item in right]
    if True in verdicts:
        return True
    return None if None in verdicts else False
