"""What a solver adds to the analysis of conditions, and that without one everything is as it was."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_condition_analysis import VARIABLES, cny, found, kinds
from tests.engine.test_condition_analysis_random import (
    VARIABLES as SMALL,
)
from tests.engine.test_condition_analysis_random import (
    gateways,
    inputs,
    is_shown,
    outcomes,
    refuted,
    taken,
)
from workflows.engine.expressions.analysis import findings, smt_solver
from workflows.engine.expressions.analysis.findings import Finding, FindingKind, analyse
from workflows.engine.expressions.analysis.meaning import Verdict
from workflows.engine.expressions.analysis.search import Silence
from workflows.engine.expressions.analysis.smt_script import Script
from workflows.engine.expressions.analysis.smt_solver import installed_solver
from workflows.engine.expressions.analysis.smt_values import Model, inputs_of
from workflows.engine.expressions.language import Condition, compile_condition
from workflows.engine.json_values import encode

K = FindingKind
with_solver = pytest.mark.skipif(
    installed_solver() is None, reason="The optional extra smt is not installed: pip install 'orderflow[smt]'"
)


@pytest.fixture
def _nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package cannot be imported, as where the extra is not installed."""
    monkeypatch.setitem(sys.modules, "z3", None)
    smt_solver._z3.cache_clear()
    yield
    smt_solver._z3.cache_clear()


@pytest.mark.usefixtures("_nobody_to_ask")
def test_without_the_solver_what_intervals_leave_open_is_unknown() -> None:
    assert installed_solver() is None
    assert kinds("${d} * ${d} < 0") == [(K.UNKNOWN, 0)]
    assert kinds("${refund} < 100 CNY", "${refund} < 50 CNY")[0] == (K.DEAD_BRANCH, 1)


@with_solver
@pytest.mark.parametrize(
    "text",
    [
        "${d} * ${d} < 0",
        "${n} * ${m} == 7 and ${n} > 1 and ${m} > 1",  # seven is a prime
        "${d} / ${n} < 0 and ${d} > 0 and ${n} > 0",
        "${t} < ${u} and ${u} < ${t}",
        "${refund} / ${total} > 2 and ${refund} < ${total} and ${total} > 0 CNY",
        "${d} * ${d} == ${d} and ${d} != 0 and ${d} != 1",
    ],
)
def test_what_no_value_can_meet_is_proven_by_the_solver(text: str) -> None:
    assert kinds(text) == [(K.ALWAYS_FALSE, 0)]


@with_solver
@pytest.mark.parametrize(
    ("text", "witness"),
    [
        ("${d} * ${d} == 2.25 and ${d} > 0", {"d": "1.5"}),
        ("${n} * ${m} == 77 and ${n} > 7 and ${m} > 1", {"n": 11, "m": 7}),
        ("${refund} * ${d} == 7.50 CNY and ${d} * ${d} == 6.25 and ${d} > 0", {"refund": cny("3.00"), "d": "2.5"}),
    ],
)
def test_a_witness_of_the_solver_is_plain_and_decided_on(text: str, witness: dict[str, Any]) -> None:
    dead, *_ = found(text, text)

    assert (dead.kind, dead.branch, dead.witness) == (K.DEAD_BRANCH, 1, witness)


@with_solver
def test_what_is_true_of_no_value_that_can_be_written_stays_unknown() -> None:
    assert [(each.kind, each.question) for each in found("${d} * ${d} == 2")] == [(K.UNKNOWN, K.ALWAYS_FALSE)]
    assert kinds("${refund} > 2.00 CNY and ${refund} < 2.01 CNY") == [(K.UNKNOWN, 0)]


@with_solver
def test_a_question_that_takes_too_long_stays_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt_solver, "_STEPS", 1)

    assert kinds("${n} * ${m} == 7 and ${n} > 1 and ${m} > 1") == [(K.UNKNOWN, 0)]


def test_a_witness_that_does_not_come_out_as_claimed_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def liar(script: str) -> Model | Silence:
        return {}

    monkeypatch.setattr(findings, "installed_solver", lambda: liar)

    assert [(each.kind, each.question) for each in found("${d} * ${d} < 0")] == [(K.UNKNOWN, K.ALWAYS_FALSE)]


def test_a_gateway_asks_a_few_times_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def silent(script: str) -> Model | Silence:
        asked.append(script)
        return Silence.UNKNOWN

    monkeypatch.setattr(findings, "installed_solver", lambda: silent)
    texts = [f"${{n}} * ${{m}} * ${{n}} == {number} + ${{d}} * ${{d}}" for number in range(30)]

    analyse([compile_condition(text, VARIABLES) for text in texts], has_otherwise=True)

    assert len(asked) == 8


def verdicts(branches: Sequence[Condition], verdict: Verdict, *, is_complete: bool) -> Model | Silence:
    """What the solver says of the first condition of several; nobody else is asked."""
    solver = installed_solver()
    assert solver is not None
    return solver(Script([each.expression.tree for each in branches]).asked({0: verdict}, is_complete=is_complete))


@with_solver
@settings(max_examples=40, deadline=None)
@given(texts=gateways, verdict=st.sampled_from(Verdict), is_complete=st.booleans())
def test_the_solver_never_calls_impossible_what_a_small_world_shows(
    texts: list[str], verdict: Verdict, is_complete: bool
) -> None:
    branches = [compile_condition(text, SMALL) for text in texts]
    answer = verdicts(branches, verdict, is_complete=is_complete)
    comes_out = {
        Verdict.TRUE: (True,), Verdict.FALSE: (False,), Verdict.NOT_TRUE: (False, None), Verdict.NOT_FALSE: (True, None)
    }[verdict]  # fmt: skip

    if answer is Silence.IMPOSSIBLE:
        for values in inputs(branches):
            if not is_complete or None not in values.values():
                first = outcomes(branches, values)[0]
                assert not any(first is wanted for wanted in comes_out), values


@with_solver
@settings(max_examples=40, deadline=None)
@given(texts=gateways)
def test_solver_intervals_and_a_small_world_never_contradict_each_other(texts: list[str]) -> None:
    branches = [compile_condition(text, SMALL) for text in texts]
    together = analyse(branches, has_otherwise=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "installed_solver", lambda: None)
        alone = analyse(branches, has_otherwise=False)

    for finding in together:
        assert is_shown(finding, branches), finding
    for values in inputs(branches):
        seen = outcomes(branches, values)
        assert not any(refuted(finding, seen, values) for finding in together), values
        assert taken(seen) is not None or _leaves_a_gap(together), values
    # What intervals are sure of, nobody takes back.
    sure = {(each.kind, each.branch) for each in alone if each.kind in _PROVEN}
    assert sure <= {(each.kind, each.branch) for each in together}


_PROVEN = {K.ALWAYS_TRUE, K.ALWAYS_FALSE, K.DEAD_BRANCH}


def _leaves_a_gap(found: Sequence[Finding]) -> bool:
    return any(each.kind in (K.GAP, K.GAP_IF_MISSING) or each.question is K.GAP for each in found)


@with_solver
@settings(max_examples=40, deadline=None)
@given(texts=gateways)
def test_numbers_that_the_solver_finds_are_what_the_evaluator_decides(texts: list[str]) -> None:
    """Where nothing is left to choose, an input that it finds comes out as it says."""
    branches = [compile_condition(text, SMALL) for text in texts]
    answer = verdicts(branches, Verdict.TRUE, is_complete=True)
    if isinstance(answer, Silence) or any(word in texts[0] for word in ("contains", "with", " in ", "/", "{t}", "{u}")):
        return
    script = Script([each.expression.tree for each in branches])

    for values in inputs_of(script, answer):
        document = {name: encode(value) for name, value in values.items()}
        assert outcomes(branches[:1], document) == [True], (texts[0], document)
