"""Validation against the truth: small drawings are played in every possible way, and none that goes wrong is accepted.

Validation is stricter than needed in known ways: it wants branches of a fork to meet in one place or never, and a
loop to stay in its branch, because that is what people can follow and what a force-advance can reason about.
"""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest

from tests.engine.dropping import drawing_with_regions
from tests.engine.soundness_run import FAMILIES, Tally, errors_of, problems_of, run, samples
from tests.engine.token_game import CATCHING, INCLUSIVE, PORTS, Drawing, all_drawings, goes_wrong, verdict


def test_of_all_drawings_of_up_to_five_nodes_only_sound_ones_are_accepted() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    needlessly: Counter[str] = Counter()
    for inner in (1, 2, 3):
        for drawing in all_drawings(inner):
            truth, errors = verdict(drawing), errors_of(drawing)
            assert errors or truth == "sound", (truth, drawing)
            seen["sound" if truth == "sound" else "unsound", not errors] += 1
            if truth == "sound":
                needlessly.update(errors)

    assert seen == {("sound", True): 863, ("sound", False): 231, ("unsound", False): 2668}
    assert set(needlessly) == {
        "parallel.loop_leaves_branch", "parallel.branches_meet_without_join", "parallel.join_never_complete",
        "edge.back_into_join",
    }  # fmt: skip


def test_of_all_drawings_of_up_to_five_nodes_without_forks_every_sound_one_is_accepted() -> None:
    for inner in (1, 2, 3):
        for drawing in all_drawings(inner, kinds=("ask", "call")):
            assert (verdict(drawing) == "sound") == (errors_of(drawing) == []), drawing


def test_of_all_drawings_of_up_to_five_nodes_with_an_inclusive_gateway_only_sound_ones_are_accepted() -> None:
    accepted = 0
    for inner, kinds in ((2, tuple(INCLUSIVE)), (3, ("ask", "or", "meet"))):
        for drawing in all_drawings(inner, kinds=kinds):
            if {"or", "meet"} & set(drawing.kinds) and not errors_of(drawing):
                accepted += 1
                assert verdict(drawing) == "sound", drawing

    assert accepted == 221


def test_of_all_drawings_of_up_to_five_nodes_with_an_explicit_termination_only_sound_ones_are_accepted() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for inner in (1, 2, 3):
        for drawing in all_drawings(inner, kinds=("ask", "fork", "pass", "stop")):
            if "stop" in drawing.kinds:
                truth, errors = verdict(drawing), errors_of(drawing)
                assert errors or truth == "sound", (truth, drawing)
                seen["sound" if truth == "sound" else "unsound", not errors] += 1

    assert seen == {("sound", True): 32, ("sound", False): 37, ("unsound", False): 25}


def test_of_all_small_drawings_with_a_fork_and_any_region_only_sound_ones_are_accepted() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for drawing in all_drawings(4, kinds=("ask", "fork", "pass", "drop"), loops=False):
        if drawing.kinds[0] != "fork" or drawing.kinds.count("drop") != 1:
            continue
        for size in (1, 2, 3):
            for region in itertools.combinations((2, 3, 4), size):
                one = replace(drawing, region=frozenset(region))
                truth, errors = verdict(one), errors_of(one)
                assert errors or truth == "sound", (truth, one)
                seen["sound" if truth == "sound" else "unsound", not errors] += 1

    assert seen["sound", True] == 22
    assert seen["unsound", False] > 1_000


def test_of_random_drawings_that_withdraw_steps_only_sound_ones_are_accepted() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for seed in range(2_000):
        drawing = drawing_with_regions(Random(seed))
        if drawing.region and len(drawing.kinds) <= 8:
            truth, errors = verdict(drawing), errors_of(drawing)
            assert errors or truth == "sound", (truth, drawing)
            seen["sound" if truth == "sound" else "unsound", not errors] += 1

    assert min(seen["sound", True], seen["unsound", False]) > 50


def test_of_all_small_drawings_with_exits_for_failures_only_sound_ones_are_accepted() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for inner, kinds in ((2, tuple(CATCHING)), (3, ("fork", "try", "sum"))):
        for drawing in all_drawings(inner, kinds=kinds):
            if {"try", "sum"} & set(drawing.kinds):
                truth, errors = verdict(drawing), errors_of(drawing)
                assert errors or truth == "sound", (truth, drawing)
                seen["sound" if truth == "sound" else "unsound", not errors] += 1

    assert min(seen["sound", True], seen["unsound", False]) > 100


SHOWN = {"parallel.loop_leaves_branch", "parallel.branch_ends_before_join", "parallel.join_never_complete"}


def test_the_way_that_a_problem_shows_goes_wrong_when_it_is_played() -> None:
    """Of each drawing with one problem that really goes wrong; with several, another may come first on the way."""
    chance = Random(7)
    larger = (_sample(chance, inner=chance.randint(4, 6), kinds=PORTS) for _ in range(3_000))
    shown: Counter[str] = Counter()
    for drawing in itertools.chain(all_drawings(1), all_drawings(2), all_drawings(3), larger):
        problems = [problem for problem in problems_of(drawing) if problem.severity == "error"]
        if len(problems) == 1 and problems[0].code in SHOWN and verdict(drawing) != "sound":
            edges = problems[0].params["edges"]
            assert goes_wrong(drawing, [int(edge[1:]) for edge in edges]), (problems[0], drawing)
            assert len(problems[0].params["nodes"]) == len(edges) + 1
            shown[problems[0].code] += 1

    assert shown.keys() == SHOWN
    assert min(shown.values()) > 5


def test_of_all_drawings_of_six_nodes_without_loops_only_sound_ones_are_accepted_and_they_end() -> None:
    tally, chance = Tally(), Random(6)
    for drawing in all_drawings(4, loops=False):
        tally.add(drawing, chance)

    assert (tally.wrongly, tally.stuck) == ([], [])
    assert tally.seen == {("sound", True): 1416, ("sound", False): 146, ("unsound", False): 1542}


@pytest.mark.parametrize("seed", range(3))
def test_of_nearly_nested_drawings_of_eight_steps_only_sound_ones_are_accepted_and_they_end(seed: int) -> None:
    tallies = run(samples(seed, nodes=8), most=1_500)

    assert tallies.keys() == {*FAMILIES, "regions"}
    for tally in tallies.values():
        assert (tally.wrongly, tally.stuck) == ([], [])
        assert min(tally.seen["sound", True], tally.seen["unsound", False]) > 50


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(2))
def test_of_a_sample_of_larger_drawings_only_sound_ones_are_accepted(seed: int, family: str) -> None:
    chance, kinds = Random(seed), FAMILIES[family]
    accepted = 0
    for _ in range(2_000):
        drawing = _sample(chance, inner=chance.randint(4, 8), kinds=kinds)
        errors = errors_of(drawing)
        accepted += not errors
        assert errors or verdict(drawing) == "sound", drawing
    assert accepted > 15


def _sample(chance: Random, *, inner: int, kinds: Mapping[str, int]) -> Drawing:
    """A drawing with lines that mostly lead onwards."""
    chosen = tuple(chance.choice(list(kinds)) for _ in range(inner))
    targets = tuple(
        tuple(
            chance.randint(node + 1, min(node + 3, inner + 1)) if chance.random() < 0.9 else chance.randint(1, inner)
            for _ in range(kinds[kind])
        )
        for node, kind in enumerate(chosen, start=1)
    )
    return Drawing(kinds=chosen, targets=targets)
