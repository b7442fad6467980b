"""Withdrawing one's own request is over once something has been done; the other rules need people (tests/approvals)."""

from tests.engine.flows import graph
from workflows.engine.withdrawing import withdrawal_problem
from workflows.testing import Harness


def test_trap_39_what_has_acted_blocks_it_with_its_name_whatever_the_start_says() -> None:
    drawing = graph({"start": ("start", {"withdraw": "always"}), "pay": "test.call", "a": "test.ask", "end": "end"},
                    "start>pay", "pay>a", "a.yes>end", "a.no>end")  # fmt: skip
    run = Harness(drawing)
    run.start(variables={}, requester="8")
    problem = withdrawal_problem(run.plan, run.state)  # it is under way: nobody knows whether it has happened
    assert problem is not None
    run.complete("pay")
    problem = withdrawal_problem(run.plan, run.state)
    assert problem is not None
    assert (problem.code, problem.fields["nodes"]) == ("withdraw.has_acted", ["pay"])
