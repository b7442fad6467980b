"""Which of the waiting tokens merge: those of inclusive joins alone, and not while one that failed may still arrive."""

from tests.engine.flows import fork, graph, several
from workflows.engine.graph import read_graph
from workflows.engine.merges import merging_tokens
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Awaits, State, Token
from workflows.testing import Harness

FLAGS = [{"name": name, "type": "boolean"} for name in ("goods", "money")]

# start → f ─┬ goods → p ═╦ a ═╦ k ─┐
#            │            ╚ b ═╝   ├ j → end
#            └ money → pay ────────┘
DRAWING = graph(
    {"start": "start", "f": several(goods="${goods}", money="${money}"), "p": fork("a", "b"), "a": "test.call",
     "b": "test.call", "k": "parallel", "pay": "test.call", "skip": "test.call", "j": "inclusive", "end": "end"},
    "start>f", "f.goods>p", "p.a>a", "p.b>b", "a>k", "b>k", "f.money>pay", "f.otherwise>skip",
    "k>j", "pay>j", "skip>j", "j>end", variables=FLAGS,
)  # fmt: skip


def plan() -> Plan:
    return compile_plan(read_graph(DRAWING), registry=registry)


def edge(source: str, target: str) -> str:
    return next(one.id for one in read_graph(DRAWING).edges if (one.source, one.target) == (source, target))


def test_a_parallel_join_inside_a_branch_is_no_merge() -> None:
    run = Harness(DRAWING)
    run.start(variables={"goods": True, "money": True})

    run.complete("a")

    assert run.where() == ["b", "k", "pay"]
    run.complete("pay")
    assert run.where() == ["b", "j", "k"]
    run.complete("b")
    assert run.state.status == "completed"


def test_one_that_failed_at_the_join_may_still_arrive_there() -> None:
    waits = Token(id=1, node="j", via=edge("pay", "j"), awaits=Awaits.SIBLINGS)
    failed = Token(id=2, node="j", via=edge("k", "j"), awaits=Awaits.REPAIR)

    assert merging_tokens(plan(), State(tokens={1: waits, 2: failed})) == []
    assert merging_tokens(plan(), State(tokens={1: waits})) == [[waits]]
