"""Random decision tables against a second reading of their cells, over every input of a small world: what they decide,
and what is claimed about them before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from operator import ge, gt, le, lt
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.engine.decisions import Table
from workflows.engine.node_type import CheckContext, Continue, Fail, Problem
from workflows.engine.nodes.decision_table import DecisionTable, DecisionTableConfig
from workflows.engine.variables import parse_variables
from workflows.engine.world import World
from workflows.testing import MONDAY_MORNING

VARIABLES: Final = parse_variables(
    [
        {"name": "n", "type": "integer"},
        {"name": "t", "type": "text"},
        {"name": "f", "type": "boolean"},
        {"name": "word", "type": "text"},
        {"name": "words", "type": "list<text>"},
        {"name": "sum", "type": "integer"},
        {"name": "least", "type": "integer"},
        {"name": "most", "type": "integer"},
        {"name": "count", "type": "integer"},
    ]
)
# Values around and between the constants that cells name, which are the odd numbers and all texts but the last.
WORLD: Final[Mapping[str, Sequence[Any]]] = {
    "n": (None, 0, 1, 2, 3, 4, 5, 6),
    "t": (None, "a", "b", "c", "d"),
    "f": (None, True, False),
}
INPUTS: Final = [dict(zip(WORLD, values, strict=True)) for values in product(*WORLD.values())]
Truth = bool | None


@dataclass(frozen=True)
class Test:
    """One test of a cell: how it is written, and which values meet it."""

    __test__ = False  # not for pytest
    text: str
    is_met: Callable[[Any], bool]
    asks_for_null: bool = False

    def of(self, value: Any) -> Truth:
        if self.asks_for_null:
            return value is None
        return None if value is None else self.is_met(value)


@dataclass(frozen=True)
class Cell:
    """Tests of which one is to be met, or none when it is negated; without tests anything will do."""

    tests: tuple[Test, ...]
    is_negated: bool

    @property
    def text(self) -> str:
        tests = ", ".join(test.text for test in self.tests)
        return f"not({tests})" if self.is_negated else tests or "-"

    def of(self, value: Any) -> Truth:
        if not self.tests:
            return True
        outcomes = [test.of(value) for test in self.tests]
        met = True if True in outcomes else None if None in outcomes else False
        return met if met is None or not self.is_negated else not met


ODD: Final = (1, 3, 5)
SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def equal(constant: Any, text: str) -> Test:
    return Test(text, lambda value: value == constant)


def compared(sign: str, limit: int) -> Test:
    return Test(f"{sign} {limit}", lambda value: SIGNS[sign](value, limit))


def bracketed(low: int, high: int, opening: str, closing: str) -> Test:
    above, below = SIGNS[">" if opening == "(" else ">="], SIGNS["<" if closing == ")" else "<="]
    return Test(f"{opening}{low}..{high}{closing}", lambda value: above(value, low) and below(value, high))


NULL: Final = Test("null", lambda _: False, asks_for_null=True)
TESTS: Final = {
    "n": [
        NULL,
        *(equal(one, str(one)) for one in ODD),
        *(compared(sign, one) for sign, one in product(SIGNS, ODD)),
        *(bracketed(low, high, *ends) for low, high in ((1, 3), (1, 5), (3, 5)) for ends in product("[(", "])")),
    ],
    "t": [NULL, *(equal(one, f"'{one}'") for one in "abc")],
    "f": [equal(constant=True, text="true"), equal(constant=False, text="false")],
}


def cells(column: str) -> st.SearchStrategy[Cell]:
    anything = st.just(Cell((), is_negated=False))
    lists = st.lists(st.sampled_from(TESTS[column]), min_size=1, max_size=2, unique=True).map(tuple)
    return anything | st.builds(Cell, lists, st.booleans())


@dataclass(frozen=True)
class Rule:
    """Cells by column, and the result."""

    when: tuple[Cell, ...]
    result: int

    def holds(self, values: Mapping[str, Any]) -> bool:
        return all(cell.of(values.get(name)) is True for cell, name in zip(self.when, WORLD, strict=True))


rules = st.lists(
    st.builds(Rule, st.tuples(*(cells(column) for column in WORLD)), st.integers(1, 2)), min_size=1, max_size=5
)
policies = st.sampled_from(["unique", "first", "any", "collect"])
COLLECTED: Final = ("words:list", "sum:sum", "least:min", "most:max", "count:count")


def config(drawn: Sequence[Rule], hit: str, *, has_otherwise: bool) -> DecisionTableConfig:
    outputs = COLLECTED if hit == "collect" else ("word:list",)

    def row(result: int) -> list[str]:
        return [f"'{result}'", *[str(result)] * (len(outputs) - 1)]

    otherwise = ["[]" if hit == "collect" else "'none'", *["0"] * (len(outputs) - 1)]
    columns = [one.split(":") for one in outputs]
    table = {
        "hit_policy": hit,
        "inputs": [{"value": f"${{{name}}}"} for name in WORLD],
        "outputs": [{"variable": name, "aggregation": how} for name, how in columns],
        "rules": [{"when": [cell.text for cell in rule.when], "then": row(rule.result)} for rule in drawn],
        "otherwise": otherwise if has_otherwise else None,
    }
    return DecisionTableConfig.model_validate({"table": table})


def expected(drawn: Sequence[Rule], hit: str, values: Mapping[str, Any], *, has_otherwise: bool) -> Any:
    """What the table must come to, or the code of the incident."""
    hits = [rule.result for rule in drawn if rule.holds(values)]
    if not hits and not has_otherwise:
        return "decision_table.no_rule"
    if hit == "collect":
        words = [str(one) for one in hits]
        least, most = (min(hits), max(hits)) if hits else (0, 0)
        return {"words": words, "sum": sum(hits), "least": least, "most": most, "count": len(hits)}
    if hit == "unique" and len(hits) > 1:
        return "decision_table.several_rules"
    if hit == "any" and len(set(hits)) > 1:
        return "decision_table.rules_disagree"
    return {"word": str(hits[0]) if hits else "none"}


@settings(max_examples=120, deadline=None)
@given(drawn=rules, hit=policies, has_otherwise=st.booleans())
def test_a_table_decides_every_input_as_its_cells_say(drawn: list[Rule], hit: str, has_otherwise: bool) -> None:
    table: Table = DecisionTable().compile(config(drawn, hit, has_otherwise=has_otherwise), VARIABLES)

    for values in INPUTS:
        match table.decide(values):
            case Continue(output=output):
                decided: Any = output
            case Fail(code=code):
                decided = code
        assert decided == expected(drawn, hit, values, has_otherwise=has_otherwise), values


def claims_of(drawn: Sequence[Rule], hit: str, *, has_otherwise: bool) -> list[tuple[str, Problem]]:
    context = CheckContext(variables=VARIABLES, world=World(), now=MONDAY_MORNING)
    found = DecisionTable().check(config(drawn, hit, has_otherwise=has_otherwise), context)
    return [(problem.code.removeprefix("decision_table."), problem) for problem in found]


def is_true(code: str, problem: Problem, drawn: Sequence[Rule], hit: str) -> bool:
    """Whether a claim holds for its witness, and for every input of the world."""
    rule, other = (problem.params.get(name, 1) - 1 for name in ("rule", "other"))
    witness = problem.params.get("witness", {})
    complete = [values for values in INPUTS if None not in values.values()]
    shown = [one for one, each in enumerate(drawn) if each.holds(witness)]
    match code:
        case "overlap":
            return hit == "unique" and {rule, other} <= set(shown)
        case "disagreement":
            return hit == "any" and {rule, other} <= set(shown) and drawn[rule].result != drawn[other].result
        case "gap" | "gap_at_boundary":
            return shown == []
        case "gap_if_missing":
            return shown == [] and all(any(each.holds(values) for each in drawn) for values in complete)
        case "otherwise_unreachable":
            return all(any(each.holds(values) for each in drawn) for values in INPUTS)
        case "never_holds":
            return not any(drawn[rule].holds(values) for values in INPUTS)
        case "never_first":
            firsts = (next((n for n, each in enumerate(drawn) if each.holds(values)), None) for values in INPUTS)
            return rule in shown and shown[0] == other < rule and rule not in firsts
    return code == "undecided"


@settings(max_examples=200, deadline=None)
@given(drawn=rules, hit=policies, has_otherwise=st.booleans())
def test_every_claim_about_a_table_is_true_and_what_is_wrong_with_it_is_claimed(
    drawn: list[Rule],
    hit: str,
    has_otherwise: bool,
) -> None:
    claimed = claims_of(drawn, hit, has_otherwise=has_otherwise)

    for code, problem in claimed:
        assert is_true(code, problem, drawn, hit), (code, problem.params)
    codes = {code for code, _ in claimed}
    if "undecided" not in codes:
        outcomes = {
            outcome
            for values in INPUTS
            if isinstance(outcome := expected(drawn, hit, values, has_otherwise=has_otherwise), str)
        }
        assert ("decision_table.several_rules" in outcomes) == ("overlap" in codes)
        assert ("decision_table.rules_disagree" in outcomes) == ("disagreement" in codes)
        assert ("decision_table.no_rule" in outcomes) == bool(codes & {"gap", "gap_if_missing"})


def test_small_tables_are_decided() -> None:
    """A table of the size that people draw leaves nothing open."""
    undecided = 0
    counted = st.tuples(rules, policies)

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(drawn=counted)
    def look(drawn: tuple[list[Rule], str]) -> None:
        nonlocal undecided
        undecided += any(code == "undecided" for code, _ in claims_of(*drawn, has_otherwise=False))

    look()
    assert undecided == 0
