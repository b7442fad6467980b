"""Random branches against every input of a small world: no claim is refuted, no finding is missed in silence."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.engine.expressions.analysis.findings import Finding, FindingKind, analyse
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Condition, compile_condition
from workflows.engine.json_values import encode
from workflows.engine.values import Duration, Money
from workflows.engine.variables import parse_variables

DECLARED = {
    "n": "integer", "m": "integer", "d": "decimal", "a": "money", "b": "money", "t": "text", "u": "text",
    "f": "boolean", "g": "boolean", "ts": "list<text>", "x": "date", "y": "date", "p": "duration",
}  # fmt: skip
VARIABLES = parse_variables([{"name": name, "type": kind} for name, kind in DECLARED.items()])


def _cny(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


_INTEGERS = [-1, 0, 1, 2, 3, 4]
_AMOUNTS = [_cny("0"), _cny("0.3"), _cny("1"), _cny("1.01"), _cny("3"), Money(Decimal(1), "USD")]
_TEXTS = ["", "a", "ab", "b", "bab"]
_DAYS = [date(2026, 1, day) for day in (1, 2, 3, 5)]
GRID: dict[str, Sequence[Any]] = {
    "n": _INTEGERS, "m": _INTEGERS, "d": [Decimal(number) for number in ("-1", "0", "0.5", "1", "2", "3.5")],
    "a": _AMOUNTS, "b": _AMOUNTS, "t": _TEXTS, "u": _TEXTS, "f": [True, False], "g": [True, False],
    "ts": [(), ("a",), ("b", "ab")], "x": _DAYS, "y": _DAYS,
    "p": [Duration(), Duration(days=1), Duration(time=timedelta(hours=24)), Duration(days=2)],
}  # fmt: skip

integers, amounts = st.sampled_from("0123"), st.sampled_from(["0 CNY", "0.30 CNY", "1 CNY", "1.01 CNY", "1 USD"])
texts = st.sampled_from(["''", "'a'", "'ab'", "'b'"])
orders, equalities = st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.sampled_from(["==", "!="])
NUMBERS = [("${n}", "${m}"), ("${n}", "${d}"), ("${n}", "${n}")]


@st.composite
def numeric(draw: st.DrawFn) -> str:
    """A comparison of numbers; every tenth or so is not linear."""
    one, other = draw(st.sampled_from(NUMBERS))
    shapes = [
        f"{one} {draw(orders)} {draw(integers)}",
        f"{one} {draw(orders)} {other}",
        f"{one} + {other} {draw(orders)} {draw(integers)}",
        f"{one} * 2 - {other} {draw(orders)} {draw(integers)}",
        f"{one} {draw(st.sampled_from(['in', 'not in']))} [{draw(integers)}, {draw(integers)}, {other}]",
        f"{one} * {other} {draw(orders)} {draw(integers)}",
        f"{one} / {other} {draw(orders)} {draw(integers)}",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def money(draw: st.DrawFn) -> str:
    """A comparison of amounts, also with a share of another."""
    share = draw(st.sampled_from(["0.3", "30%", "2", "0.1"]))
    shapes = [
        f"${{a}} {draw(orders)} {draw(amounts)}",
        f"${{b}} {draw(orders)} {draw(amounts)}",
        f"${{a}} {draw(orders)} ${{b}} * {share}",
        f"${{b}} {draw(orders)} ${{a}}",
        f"${{a}} + ${{b}} {draw(orders)} {draw(amounts)}",
        f"${{a}} / ${{b}} {draw(orders)} {share}",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def textual(draw: st.DrawFn) -> str:
    """A test of texts and of lists of texts."""
    part = draw(st.sampled_from(["contains", "starts with", "ends with", "not contains", "not starts with"]))
    shapes = [
        f"${{t}} {draw(orders)} {draw(texts)}",
        f"{draw(texts)} {draw(orders)} ${{t}}",
        f"${{t}} {draw(st.sampled_from(['==', '!=', '==', '<']))} ${{u}}",
        f"${{u}} in [{draw(texts)}, {draw(texts)}]",
        f"${{t}} not in [{draw(texts)}, ${{u}}]",
        f"${{t}} {part} {draw(texts)}",
        f"{draw(texts)} {part} ${{t}}",
        f"${{ts}} contains {draw(texts)}",
        "${t} not in ${ts}",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def timely(draw: st.DrawFn) -> str:
    """A comparison of dates and durations."""
    day = draw(st.sampled_from(["date'2026-01-01'", "date'2026-01-02'", "${y}"]))
    span = draw(st.sampled_from(["duration'P1D'", "duration'PT24H'", "${p}"]))
    days = draw(st.sampled_from(["duration'P1D'", "duration'P2D'", "${p}"]))
    shapes = [
        f"${{x}} {draw(orders)} {day}",
        f"${{x}} + {days} {draw(orders)} {day}",
        f"${{y}} - ${{x}} {draw(orders)} {span}",
        f"${{p}} {draw(orders)} {span}",
    ]
    return draw(st.sampled_from(shapes))


truths = st.sampled_from(["${f}", "not ${g}", "${f} == ${g}", "${f} != true", "true", "false", "not null"])
LEAVES = (numeric(), money(), textual(), timely())


def conditions(leaf: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions over the variables of one kind, booleans, and tests for null."""
    nulls = st.sampled_from(["${n} is empty", "${a} is not empty", "${t} is empty", "(${f} and ${g}) is empty"])
    return st.recursive(
        leaf | leaf | leaf | truths | nulls,
        lambda inner: (
            st.builds(
                lambda parts, joint: f"({f' {joint} '.join(parts)})",
                st.lists(inner, min_size=2, max_size=3),
                st.sampled_from(["and", "or"]),
            )
            | st.builds(lambda part: f"not ({part})", inner)
        ),
        max_leaves=4,
    )


gateways = st.sampled_from(LEAVES).flatmap(lambda leaf: st.lists(conditions(leaf), min_size=1, max_size=4))


def inputs(branches: Sequence[Condition]) -> Iterator[dict[str, Any]]:
    """Every input of the small world for the variables that are read; a grid point in eight when there are many."""
    names = sorted({name for branch in branches for name in branch.references})
    points = product(*([None, *GRID[name]] for name in names))
    count = 1
    for name in names:
        count *= len(GRID[name]) + 1
    step = max(1, count // 1500)
    for place, values in enumerate(points):
        if place % step == 0:
            yield {name: encode(value) for name, value in zip(names, values, strict=True)}


def outcomes(branches: Sequence[Condition], values: Mapping[str, Any]) -> list[Any]:
    """What each condition comes to; `fails` for one that fails."""

    def one(branch: Condition) -> Any:
        try:
            return branch.decide(values)
        except EvaluationError:
            return "fails"

    return [one(branch) for branch in branches]


def taken(found: Sequence[Any]) -> int | str | None:
    """The branch that is taken, None for none; `fails` when one fails before."""
    for branch, outcome in enumerate(found):
        if outcome is True:
            return branch
        if outcome == "fails":
            return "fails"
    return None


def claims(findings: Sequence[Finding], kind: FindingKind) -> set[int | None]:
    """The branches that a kind of finding is about, or is unknown of."""
    return {each.branch for each in findings if each.kind is kind or each.question is kind}


def refuted(finding: Finding, found: Sequence[Any], values: Mapping[str, Any]) -> bool:
    """Whether one input shows that a claim about all inputs is wrong."""
    is_complete = all(value is not None for value in values.values())
    match finding.kind, finding.branch:
        case FindingKind.ALWAYS_TRUE, int(branch):
            return found[branch] in (False, None)
        case FindingKind.TRUE_UNLESS_MISSING, int(branch):
            return is_complete and found[branch] in (False, None)
        case FindingKind.ALWAYS_FALSE, int(branch):
            return found[branch] is True
        case FindingKind.DEAD_BRANCH, int(branch):
            return taken(found) == branch
        case FindingKind.OTHERWISE_UNREACHABLE, _:
            return taken(found) is None
        case ((FindingKind.OTHERWISE_ONLY_MISSING | FindingKind.GAP_IF_MISSING), _):
            return is_complete and taken(found) is None
        case FindingKind.OVERLAP, int(branch) if finding.is_nested and finding.other is not None:
            return found[finding.other] is True and found[branch] in (False, None)
    return False


def is_shown(finding: Finding, branches: Sequence[Condition]) -> bool:
    """Whether the witness of a finding shows what it must."""
    if finding.witness is None:
        return finding.kind in {FindingKind.UNKNOWN, FindingKind.ALWAYS_FALSE, FindingKind.OTHERWISE_UNREACHABLE}
    found = outcomes(branches, finding.witness)
    match finding.kind, finding.branch:
        case FindingKind.ALWAYS_TRUE, int(branch):
            return found[branch] is True
        case ((FindingKind.ALWAYS_FALSE | FindingKind.TRUE_UNLESS_MISSING), int(branch)):
            return found[branch] in (False, None)
        case FindingKind.DEAD_BRANCH, int(branch):
            return found[branch] is True and taken(found) == ("fails" if finding.other is None else finding.other)
        case FindingKind.OVERLAP, int(branch):
            return finding.other is not None and found[branch] is found[finding.other] is True
        case FindingKind.OTHERWISE_UNREACHABLE, _:
            return isinstance(taken(found), int)
    return taken(found) is None


@settings(max_examples=250, deadline=None)
@given(texts=gateways)
def test_no_claim_is_refuted_and_every_witness_shows_its_finding(texts: list[str]) -> None:
    branches = [compile_condition(text, VARIABLES) for text in texts]
    findings = {is_there: analyse(branches, has_otherwise=is_there) for is_there in (True, False)}

    for finding in (*findings[True], *findings[False]):
        assert is_shown(finding, branches), finding
    for values in inputs(branches):
        found = outcomes(branches, values)
        for finding in (*findings[True], *findings[False]):
            assert not refuted(finding, found, values), (finding, values)
        if taken(found) is None:
            gaps = claims(findings[False], FindingKind.GAP) | claims(findings[False], FindingKind.GAP_IF_MISSING)
            assert gaps, values
