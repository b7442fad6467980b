"""Nobody carries two duties of one run, and an approval counts twice only where it is the same. Trap numbers."""

from typing import Any

import pytest

from bedrock.errors import Conflict, Forbidden, OrderflowError
from tests.approvals.office import MONDAY, actor, directory, with_group, world
from workflows.engine.facts import Noted
from workflows.engine.fold import apply
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.state import State
from workflows.engine.validate import validate
from workflows.testing import Harness

USER = {name: {"kind": "user", "user": name} for name in ("f1", "f2", "b1", "s1")}
FINANCE = {"kind": "group", "group": "finance"}


def two(first: dict[str, Any], second: dict[str, Any], *, between: list[Any] | None = None) -> dict[str, Any]:
    """start → first → (mapping) → second → yes; a rejection of the second goes back to the first."""
    mapping = {"id": "set", "type": "mapping", "config": {"assign": between or [{"variable": "kept", "value": "1"}]}}
    return {
        "format": 1,
        "variables": [{"name": "note", "type": "text"}, {"name": "kept", "type": "integer"}],
        "nodes": [
            {"id": "start", "type": "start", "config": {"trigger": "test.asked"}},
            {"id": "first", "type": "approval", "config": first},
            *([mapping] if between else []),
            {"id": "second", "type": "approval", "config": second},
            {"id": "yes", "type": "end"}, {"id": "no", "type": "end"},
        ],
        "edges": [
            {"id": "e0", "from": "start", "to": "first"},
            {"id": "e1", "from": "first", "port": "approved", "to": "set" if between else "second"},
            *([{"id": "e2", "from": "set", "to": "second"}] if between else []),
            {"id": "e3", "from": "first", "port": "rejected", "to": "no"},
            {"id": "e4", "from": "second", "port": "approved", "to": "yes"},
            {"id": "e5", "from": "second", "port": "rejected", "to": "first", "kind": "back", "max_rounds": 3},
        ],
    }  # fmt: skip


def begun(drawing: dict[str, Any], **more: Any) -> Harness:
    run = Harness(drawing, world=world(more.pop("people", None)), now=MONDAY)
    run.start(requester=more.pop("requester", "8"), variables={"note": "n", "kept": None}, **more)
    return run


def seats(run: Harness, node: str = "second") -> list[str]:
    return [f"{seat['kind'][0]}:{seat['key']}" for seat in run.token_at(node).data["seats"]]


def approve(run: Harness, node: str, who: str) -> None:
    run.signal(node, "approve", actor=actor(who), revision=run.token_at(node).data["revision"])


APART = {"assign": [FINANCE], "apart_from": ["first"]}


def test_who_decided_the_first_step_has_no_seat_in_the_second_and_the_rest_of_the_pool_does() -> None:
    run = begun(two({"assign": [FINANCE]}, APART))
    approve(run, "first", "1")

    assert seats(run) == ["u:2"]
    with pytest.raises(Forbidden) as caught:
        approve(run, "second", "1")
    assert (caught.value.code, caught.value.fields) == ("task.decided_apart", {"step": "first"})
    approve(run, "second", "2")
    assert run.passed()[-1] == "yes"


@pytest.mark.parametrize("mode", ["any", "all", "sequence"])
def test_when_nobody_else_is_left_the_owners_decide(mode: str) -> None:
    run = begun(two({"assign": [USER["f1"]]}, {"assign": [USER["f1"]], "apart_from": ["first"], "mode": mode}))
    approve(run, "first", "1")

    assert seats(run) in (["r:supervisor"], ["u:7"])


@pytest.mark.parametrize(
    ("command", "payload", "code"),
    [
        ("transfer", {"to": {"kind": "user", "user": "f1"}}, "task.transfer_refused"),
        ("add-signer", {"to": {"kind": "user", "user": "f1"}, "how": "before"}, "task.signer_refused"),
    ],
)
def test_trap_06_the_guard_stands_on_transfers_and_added_signers(
    command: str, payload: dict[str, Any], code: str
) -> None:
    run = begun(two({"assign": [USER["f1"]]}, {"assign": [USER["f2"]], "apart_from": ["first"]}))
    approve(run, "first", "1")
    before = run.state.seq

    with pytest.raises(OrderflowError) as caught:
        run.signal("second", command, actor=actor("2"), revision=1, **payload)

    assert (caught.value.code, run.state.seq, seats(run)) == (code, before, ["u:2"])


def test_trap_06_the_guard_stands_on_a_timeout_transfer_and_on_substitutes() -> None:
    late = {"after": "PT1H", "clock": "wall", "do": "transfer", "to": [USER["f1"], USER["b1"]]}
    run = begun(two({"assign": [USER["f1"]]}, {"assign": [USER["f2"]], "apart_from": ["first"], "timeouts": [late]}))
    approve(run, "first", "1")
    run.wind(hours=2)
    assert seats(run) == ["u:3"]


def test_two_branches_that_are_open_at_once_are_apart_as_well() -> None:
    """A countersign that is still open counts: who has answered there cannot answer here."""
    drawing = two({"assign": [FINANCE], "mode": "all"}, APART)
    drawing["nodes"] += [{"id": name, "type": "parallel", "config": config} for name, config in (
        ("fork", {"branches": [{"port": "a"}, {"port": "b"}]}), ("join", {}),
    )]  # fmt: skip
    ways = [
        ("start", "out", "fork"), ("fork", "a", "first"), ("fork", "b", "second"), ("join", "out", "yes"),
        *((step, port, "join") for step in ("first", "second") for port in ("approved", "rejected")),
    ]  # fmt: skip
    drawing["edges"] = [
        {"id": f"p{at}", "from": source, "port": port, "to": to} for at, (source, port, to) in enumerate(ways)
    ]
    drawing["nodes"] = [node for node in drawing["nodes"] if node["id"] != "no"]
    run = begun(drawing)
    assert seats(run) == ["g:finance"]

    approve(run, "first", "1")
    with pytest.raises(Forbidden) as caught:
        approve(run, "second", "1")
    assert caught.value.code == "task.decided_apart"
    approve(run, "second", "2")


def test_trap_04_a_step_apart_from_nothing_or_itself_is_found_at_publish() -> None:
    drawing = two({"assign": [FINANCE]}, {"assign": [FINANCE], "apart_from": ["second", "gone", "yes", "first"]})
    found = validate(read_graph(drawing), registry=registry, world=world(), now=MONDAY)
    apart = [(one.node, one.path) for one in found if one.code == "approval.apart_from_none"]
    assert apart == [("second", f"apart_from.{index}") for index in range(3)]


# an approval that counts again


def carried(run: Harness) -> list[dict[str, Any]]:
    return [dict(fact.data) for fact in run.facts if isinstance(fact, Noted) and fact.what == "carried"]


def same(rule: str = "adjacent", **more: Any) -> dict[str, Any]:
    return {"assign": [USER["f1"]], "on_duplicate": rule} | more


@pytest.mark.parametrize("rule", ["adjacent", "keep_first"])
@pytest.mark.parametrize("mode", ["any", "all", "sequence", "vote"])
def test_trap_15_the_same_person_on_the_same_facts_is_not_asked_twice_and_it_is_said(mode: str, rule: str) -> None:
    run = begun(two({"assign": [USER["f1"]]}, same(rule, mode=mode)))
    approve(run, "first", "1")

    assert run.passed()[-1] == "yes"
    assert carried(run) == [{"who": "F1", "outcome": "approved", "same_as": "first"}]
    opening, closing = (work.payload for work in run.inline if work.node == "second")
    assert (opening["sheet"]["scopes"], closing["status"], closing["decisions"]) == ([], "approved", [])
    [vote] = closing["sheet"]["votes"]
    assert (vote["source"], vote["same_as"]) == ("same", "first")


def test_the_rule_none_asks_again() -> None:
    run = begun(two({"assign": [USER["f1"]]}, same("none")))
    approve(run, "first", "1")
    assert (seats(run), carried(run)) == (["u:1"], [])


def test_trap_15_other_facts_are_looked_at_anew() -> None:
    changed = [{"variable": "kept", "value": "2"}]
    run = begun(two({"assign": [USER["f1"]]}, same(), between=changed))
    approve(run, "first", "1")
    assert (seats(run), carried(run)) == (["u:1"], [])


def test_trap_15_what_time_decided_counts_for_nobody() -> None:
    silent = {"after": "PT1H", "clock": "wall", "do": "approve"}
    run = begun(two({"assign": [USER["f1"]], "timeouts": [silent]}, same("keep_first")))
    run.wind(hours=2)
    assert (seats(run), carried(run)) == (["u:1"], [])


def test_trap_15_a_return_voids_what_was_approved_before() -> None:
    both = [USER["f1"], USER["f2"]]
    run = begun(two({"assign": [USER["f2"]]}, {"assign": both, "mode": "all", "on_duplicate": "adjacent"}))
    approve(run, "first", "2")
    assert (seats(run), len(carried(run))) == (["u:1"], 1)

    run.signal("second", "reject", actor=actor("1"), revision=1, comment="no")
    assert {one["void"] for one in run.state.memory.values()} == {True}
    run.force("second", actor=actor("7"))

    assert (seats(run), len(carried(run))) == (["u:1", "u:2"], 1)


def test_trap_15_a_pool_of_several_is_asked_again_and_one_of_a_single_person_is_not() -> None:
    run = begun(two({"assign": [USER["f1"]]}, same(assign=[FINANCE])))
    approve(run, "first", "1")
    assert seats(run) == ["g:finance"]

    alone = with_group(directory(), "finance", members=("1",))
    run = begun(two({"assign": [USER["f1"]]}, same(assign=[FINANCE])), people=alone)
    approve(run, "first", "1")
    assert run.passed()[-1] == "yes"


def test_trap_15_an_automatic_approval_is_not_carried_on_from_step_to_step() -> None:
    drawing = two({"assign": [USER["f1"]]}, same())
    third = {"id": "third", "type": "approval", "config": same()}
    drawing["nodes"].append(third)
    drawing["edges"] = [edge for edge in drawing["edges"] if edge["id"] != "e4"] + [
        {"id": "e6", "from": "second", "port": "approved", "to": "third"},
        {"id": "e7", "from": "third", "port": "approved", "to": "yes"},
        {"id": "e8", "from": "third", "port": "rejected", "to": "no"},
    ]
    run = begun(drawing)
    approve(run, "first", "1")

    assert (seats(run, "third"), len(carried(run))) == (["u:1"], 1)


def test_trap_16_a_step_is_apart_before_it_is_a_duplicate() -> None:
    run = begun(two({"assign": [USER["f1"]]}, same(apart_from=["first"])))
    approve(run, "first", "1")
    assert (seats(run), carried(run)) == (["r:supervisor"], [])


# transfers


def test_trap_13_a_transfer_to_somebody_who_has_voted_or_sits_there_is_refused() -> None:
    run = begun(two({"assign": [USER["f1"], USER["f2"], USER["b1"]], "mode": "all"}, {"assign": [FINANCE]}))
    approve(run, "first", "1")

    for target in ("f1", "b1"):
        with pytest.raises(OrderflowError) as caught:
            run.signal("first", "transfer", actor=actor("2"), revision=1, to={"kind": "user", "user": target})
        assert caught.value.code == "task.transfer_refused"
    assert seats(run, "first") == ["u:2", "u:3"]


def test_trap_14_ping_pong_ends_at_a_cap() -> None:
    run = begun(two({"assign": [USER["f1"]]}, {"assign": [FINANCE]}))
    for turn in range(10):
        giver, taker = ("1", "f2") if turn % 2 == 0 else ("2", "f1")
        run.signal("first", "transfer", actor=actor(giver), revision=turn + 1, to={"kind": "user", "user": taker})

    with pytest.raises(Conflict) as caught:
        run.signal("first", "transfer", actor=actor("1"), revision=11, to={"kind": "user", "user": "f2"})

    assert (caught.value.code, seats(run, "first")) == ("task.transfer_limit", ["u:1"])


def test_what_a_step_leaves_is_part_of_the_state_and_of_its_facts() -> None:
    run = begun(two({"assign": [USER["f1"]]}, APART))
    approve(run, "first", "1")
    folded = State()
    for fact in run.facts:
        apply(folded, fact)

    assert folded.memory == run.state.memory
    assert (run.state.memory["first"]["people"], run.state.memory["first"]["approved"]) == (["1"], ["1"])
