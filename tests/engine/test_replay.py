"""A history told again up to any step gives the state of then; what does not follow is named, never guessed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from tests.engine.drawings import nested
from tests.engine.flows import graph, in_a_row
from tests.engine.player import Player, recorded
from tests.engine.test_random_graphs import PLENTY, SCRIPT, act, plan_of
from workflows.engine.replay import BrokenHistory, Recorded, first_difference, replay
from workflows.engine.state import State, Status
from workflows.testing import Harness


def resting() -> Harness:
    """Started, waited an hour, ended: facts 1 started, 2 moved, 3 waited, 4 moved, 5 ended, 6 completed."""
    run = Harness(graph({"start": "start", "rest": ("delay", {"after": "PT1H"}), "end": "end"},
                        *in_a_row("start", "rest", "end")))  # fmt: skip
    run.start(variables={"note": "尺码"})
    run.wind(hours=1)
    return run


@settings(PLENTY, max_examples=60)  # each of them folds as often as it has facts
@given(drawing=nested(), script=SCRIPT)
def test_any_run_told_again_up_to_any_step_stands_where_it_stood_then(
    drawing: dict[str, Any], script: list[tuple[str, int]]
) -> None:
    plan = plan_of(drawing)
    assert plan is not None
    player = Player(plan, variables={})
    for action, pick in script:
        act(player, action, pick)

    history = recorded(player.history)

    told = {seq: replay(history, until=seq) for seq in range(1, len(history) + 1)}

    assert {seq: told[seq] for seq in player.then} == player.then
    assert all(state.seq == seq for seq, state in told.items())
    assert told[len(history)] == player.state == replay(history)


def test_a_run_on_its_way_and_at_rest_is_told_as_it_was() -> None:
    run = resting()
    history = recorded(run.facts)
    assert [one.kind for one in history] == ["started", "moved", "waited", "moved", "ended", "completed"]

    moving, rested, over = (replay(history, until=seq) for seq in (2, 3, 6))

    assert (moving.seq, [(token.node, token.awaits) for token in moving.tokens.values()]) == (2, [("rest", "nothing")])
    [token] = rested.tokens.values()
    assert token.since is not None
    assert (token.node, token.awaits, token.due_at) == ("rest", "timer", token.since + timedelta(hours=1))
    assert (over.status, over.tokens, over) == (Status.COMPLETED, {}, run.state)


def test_no_facts_are_an_empty_run() -> None:
    assert replay([]) == State()


def test_a_missing_fact_is_named() -> None:
    history = recorded(resting().facts)

    with pytest.raises(BrokenHistory) as gap:
        replay(history[:2] + history[3:])
    with pytest.raises(BrokenHistory) as end:
        replay(history, until=7)

    assert (gap.value.code, gap.value.seq) == ("replay.gap", 3)
    assert gap.value.message == "Expected fact 3 of the history, found fact 4."
    assert (end.value.code, end.value.seq) == ("replay.gap", 7)
    assert end.value.message == "Expected fact 7 of the history, found its end."


@pytest.mark.parametrize(
    ("seq", "kind", "data"),
    [
        (1, "noted", {"token": 1, "node": "rest", "visit": 1, "what": "vote", "data": {}}),
        (3, "started", {"node": "start", "token": 1, "variables": {},
                        "subject": {"type": "", "id": "", "title": "", "facts": []}}),
        (3, "dreamed", {}),
        (3, "moved", {"token": 7, "node": "rest", "visit": 1, "port": "out", "edge": "e", "to": "end"}),
        (3, "moved", {"token": 1, "node": "rest", "visit": "first", "port": "out", "edge": "e", "to": "end"}),
        (3, "waited", {"token": 1, "node": "end", "visit": 1, "attempt": 1, "awaits": "signal"}),
        (3, "moved", {"unheard": 1}),
        (3, "waited", {"token": 1, "node": "rest", "visit": 1, "attempt": 1, "awaits": "godot"}),
        (3, "forked", {"token": 1, "node": "rest", "visit": 1, "branches": [[1]]}),
        (3, "forked", {"token": 1, "node": "rest", "visit": 1, "branches": None}),
        (3, "moved", []),
        (3, "waited", {"token": 1, "node": "rest", "visit": 1, "attempt": 1, "awaits": "timer", "since": 12}),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_follow_is_named(seq: int, kind: str, data: Any) -> None:
    history = recorded(resting().facts)
    history[seq - 1] = Recorded(seq=seq, kind=kind, data=data)

    with pytest.raises(BrokenHistory) as broken:
        replay(history)

    assert (broken.value.code, broken.value.seq) == ("replay.not_applicable", seq)
    assert broken.value.message == (
        f"Expected fact {seq} to follow from those before it, found one that cannot ({kind})."
    )


@pytest.mark.parametrize(
    ("expected", "found", "field"),
    [
        ({"a": 1, "b": [1, {"c": None}]}, {"b": [1, {"c": None}], "a": 1}, None),
        ({"a": 1}, {"a": 2}, "a"),
        ({"b": {"a": 1, "c": 1}}, {"b": {"a": 1, "c": 2}}, "b.c"),
        ({"b": 1, "a": {}}, {"b": 2, "a": {"x": None}}, "a.x"),
        ({"a": [{"v": 1}, {"v": 2}]}, {"a": [{"v": 1}, {"v": 3}]}, "a[1].v"),
        ({"a": [1]}, {"a": [1, 2]}, "a[1]"),
        ({"a": [1, 2]}, {"a": [1]}, "a[1]"),
        ({"a": True}, {"a": 1}, "a"),
        ({"a": {}}, {"a": []}, "a"),
        ({"a": None}, {}, "a"),
    ],
)
def test_the_first_field_that_differs_is_named(expected: Any, found: Any, field: str | None) -> None:
    assert first_difference(expected, found) == field
