"""The solver that is asked, when it is installed: z3, from the optional extra `smt`. Without it nobody is asked."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from workflows.engine.expressions.analysis.search import Silence
from workflows.engine.expressions.analysis.smt_values import Model

# What one question may cost, in steps of the solver, so that the answer is the same on every machine: some tenths of a
# second. The clock only guards against steps that take unlike any.
_STEPS: Final = 400_000
_MOST_MS: Final = 3_000

Solver = Callable[[str], Model | Silence]  # a script of SMT-LIB 2, and what came of it


def installed_solver() -> Solver | None:
    """The solver of this installation; None when the extra is not installed."""
    z3 = _z3()
    return None if z3 is None else lambda script: _asked(z3, script)


@cache
def _z3() -> ModuleType | None:
    try:
        return import_module("z3")
    except ImportError:
        return None


def _asked(z3: ModuleType, script: str) -> Model | Silence:
    context = z3.Context()  # of its own: several threads may ask
    solver = z3.Solver(ctx=context)
    solver.set("rlimit", _STEPS)
    solver.set("timeout", _MOST_MS)
    solver.from_string(script)
    answer = solver.check()
    if answer == z3.unsat:
        return Silence.IMPOSSIBLE
    if answer != z3.sat:
        return Silence.UNKNOWN
    model = solver.model()
    found = {declared.name(): _value(z3, model[declared]) for declared in model.decls() if declared.arity() == 0}
    return {name: value for name, value in found.items() if value is not None}


def _value(z3: ModuleType, value: Any) -> bool | Fraction | None:
    if z3.is_true(value) or z3.is_false(value):
        return bool(z3.is_true(value))
    if z3.is_int_value(value):
        return Fraction(value.as_long())
    if z3.is_rational_value(value):
        return Fraction(value.numerator_as_long(), value.denominator_as_long())
    return None  # a root, which no decimal number is
