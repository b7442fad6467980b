"""Test cases of a flow: what must come out, and what is said when it does not. And scripts that cannot be played."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.simulation.flows import plan_of, played, refund_graph
from workflows.simulation.cases import Case, Expected, misses
from workflows.simulation.script import Assumption, script_problems

CASE: dict[str, Any] = {
    "name": "small", "given": {"values": {}, "at": "2026-01-26T09:00:00+08:00"}, "expect": {"end": "end"},
}  # fmt: skip


def missed(*lines: dict[str, Any], **expect: Any) -> list[tuple[str, Any, Any]]:
    run = played(refund_graph(), *lines)
    return [(miss.what, miss.expected, miss.found) for miss in misses(run, Expected(**expect))]


def test_a_run_that_does_as_expected_misses_nothing() -> None:
    assert not missed(
        ending="completed", end="end", outcome="", passes=["small", "refund"], avoids=["finance", "reject"],
        asked=[{"node": "ops", "who": "ops"}], within="PT0S",
    )  # fmt: skip


def test_every_miss_is_named_with_what_was_found() -> None:
    assert missed(
        {"node": "ops", "do": "reject", "after": "PT1H"},
        ending="incident", end="refund", outcome="paid", passes=["finance"], avoids=["reject"],
        asked=[{"node": "ops", "who": "finance"}, {"node": "finance", "who": "finance"}], within="PT59M",
    ) == [
        ("ending", "incident", "completed"),
        ("end", "refund", ["end"]),
        ("outcome", "paid", ""),
        ("passes", "finance", ["start", "small", "ops", "reject", "end"]),
        ("avoids", "reject", ["start", "small", "ops", "reject", "end"]),
        ("asked", "finance", ["ops"]),
        ("asked", "finance", []),
        ("within", "PT59M", "PT3600S"),
    ]  # fmt: skip


def test_a_node_where_the_run_still_stands_was_passed_through_far_enough() -> None:
    assert not missed({"node": "ops", "do": "nothing"}, ending="waiting", passes=["ops"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"given": {"values": {}, "at": "2026-01-26T09:00:00"}},
        {"given": {"values": {}, "at": "2026-01-26T09:00:00+08:00", "who": "x"}},
        {"expect": {"within": "soon"}},
        {"expect": {"ending": "fine"}},
    ],
)
def test_a_case_that_cannot_be_read_is_refused(wrong: dict[str, Any]) -> None:
    assert Case.model_validate(CASE).expect.end == "end"
    with pytest.raises(ValidationError):
        Case.model_validate(CASE | wrong)


def test_a_script_names_every_line_that_the_flow_does_not_know() -> None:
    lines = [
        Assumption(node="ops", do="reject"), Assumption(node="gone"), Assumption(node="ops", do="aprove"),
        Assumption(node="ops", after="soon"), Assumption(node="*", do="reject"), Assumption(node="*", do="dance"),
        Assumption(node="refund", do="approve"),
    ]  # fmt: skip

    found = [(one.code, one.path) for one in script_problems(lines, plan_of(refund_graph()))]

    assert found == [
        ("simulation.unknown_node", "outcomes.1.node"), ("simulation.unknown_answer", "outcomes.2.do"),
        ("duration.malformed", "outcomes.3.after"), ("simulation.unknown_answer", "outcomes.5.do"),
        ("simulation.unknown_answer", "outcomes.6.do"),
    ]  # fmt: skip
