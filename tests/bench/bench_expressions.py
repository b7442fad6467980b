"""How many conditions are checked, compiled and decided per second on this machine."""

from __future__ import annotations

import json
import sys
import timeit
from collections.abc import Callable
from typing import Any

from workflows.engine.expressions.evaluation import build
from workflows.engine.expressions.language import check, compile_condition
from workflows.engine.json_values import decode
from workflows.engine.variables import parse_variables

_DECLARED = [
    {"name": "refundAmount", "type": "money"},
    {"name": "orderTotal", "type": "money"},
    {"name": "reason", "type": "text"},
]
_VALUES: dict[str, Any] = {
    "refundAmount": {"amount": "58.00", "currency": "CNY"},
    "orderTotal": {"amount": "199.00", "currency": "CNY"},
    "reason": "quality",
}
_REFUND = "${refundAmount} < ${orderTotal} * 0.3"
_LONGER = f"{_REFUND} and (${{reason}} not in ['fraud', 'chargeback'] or ${{refundAmount}} <= 5.00 CNY)"


def bench(*, seconds: float = 0.5) -> dict[str, float]:
    """Rates per second by name, each the best of three runs of about `seconds`; also printed as JSON."""
    variables = parse_variables(_DECLARED)
    refund = compile_condition(_REFUND, variables)
    longer = compile_condition(_LONGER, variables)
    general = build(refund.expression.tree)
    decoded = {each.name: decode(each.type, _VALUES[each.name]) for each in variables}
    rates = {
        "decide_decoded_refund": _rate(refund.decide_decoded, decoded, seconds),
        "decide_decoded_refund_without_shortcut": _rate(general, decoded, seconds),
        "decide_decoded_three_tests": _rate(longer.decide_decoded, decoded, seconds),
        "decide_json_refund": _rate(refund.decide, _VALUES, seconds),
        "explain_refund": _rate(refund.explain, _VALUES, seconds),
        "check_refund": _rate(lambda text: check(text, variables), _REFUND, seconds),
        "compile_refund": _rate(lambda text: compile_condition(text, variables), _REFUND, seconds),
    }
    sys.stdout.write(json.dumps(rates, indent=2) + "\n")
    return rates


def _rate(subject: Callable[[Any], Any], argument: Any, seconds: float) -> float:
    timer = timeit.Timer("run(argument)", globals={"run": subject, "argument": argument})
    count, taken = timer.autorange()
    rounds = max(1, int(count * seconds / taken))
    return round(rounds / min(timer.repeat(repeat=3, number=rounds)))


if __name__ == "__main__":
    bench()
