"""The same runs through two versions: what changes, for how many, and how much money it is about."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.flows import beginning, plan_of, played, refund_graph
from workflows.simulation.difference import Difference, Gist, Group, amount_of, changes, gist_of, percentile
from workflows.simulation.player import Ending

AMOUNTS = ("58.00", "80.00", "99.00", "150.00")


def compared(before: dict[str, Any], after: dict[str, Any], *lines: dict[str, Any]) -> Difference:
    difference, old, new = Difference(), plan_of(before), plan_of(after)
    for amount in AMOUNTS:
        start = beginning(amount)
        one, other = (gist_of(played(plan, *lines, start=start)) for plan in (old, new))
        difference.add(one, other, amount=amount_of(start.variables, "refundAmount"))
    return difference


def told(groups: list[Group]) -> list[tuple[str, int, list[dict[str, str]]]]:
    return [(group.kind, group.count, group.total_documents()) for group in groups]


def test_refunds_that_would_skip_finance_are_counted_with_their_money() -> None:
    difference = compared(refund_graph("0.3"), refund_graph("0.5"))

    [group] = difference.sorted_groups()
    assert told([group]) == [("no_longer_asked", 2, [{"amount": "179.00", "currency": "CNY"}])]
    assert (group.before["kind"], group.before["key"], group.after) == ("group", "finance", None)
    assert group.samples == [1, 2]
    assert (difference.compared, difference.changed) == (4, 2)
    assert difference.changed_amounts.total_documents() == [{"amount": "179.00", "currency": "CNY"}]


def test_the_other_way_round_finance_is_newly_asked() -> None:
    [group] = compared(refund_graph("0.5"), refund_graph("0.3")).sorted_groups()

    assert (group.kind, group.count, group.before, group.after["key"]) == ("newly_asked", 2, None, "finance")


def test_an_end_that_changes_is_told_with_the_payment_that_no_longer_happens() -> None:
    difference = compared(refund_graph(), refund_graph("0.5"), {"node": "finance", "do": "reject"})

    assert sorted(told(difference.sorted_groups())) == [
        ("effect_new", 2, [{"amount": "179.00", "currency": "CNY"}]),
        ("newly_asked", 2, [{"amount": "179.00", "currency": "CNY"}]),
        ("no_longer_asked", 2, [{"amount": "179.00", "currency": "CNY"}]),
    ]


def test_time_is_compared_run_by_run() -> None:
    difference = compared(
        refund_graph("0.3"), refund_graph("0.5"), {"node": "finance", "after": "PT1H"}, {"node": "ops", "after": "PT1H"}
    )

    assert (difference.faster, difference.slower) == (2, 0)
    assert percentile(difference.took_before, 90) == timedelta(hours=2)
    assert percentile(difference.took_after, 50) == timedelta(hours=1)


def test_the_same_version_differs_from_itself_in_nothing() -> None:
    difference = compared(refund_graph(), refund_graph())

    assert (difference.changed, difference.groups, difference.faster, difference.slower) == (0, {}, 0, 0)


@given(st.lists(st.integers(0, 10_000), max_size=50), st.integers(1, 100))
def test_a_percentile_is_one_of_the_values_and_enough_are_not_above_it(values: list[int], percent: int) -> None:
    times = [timedelta(seconds=value) for value in values]

    found = percentile(times, percent)

    assert found in times or not times
    assert sum(value <= found for value in times) * 100 >= len(times) * percent


GISTS = st.builds(
    Gist,
    ending=st.sampled_from(list(Ending)), ends=st.sampled_from([(), ("end",), ("no",)]),
    outcome=st.sampled_from(["", "paid"]), incidents=st.sampled_from([(), ("x.y",)]),
    passed=st.sampled_from([("a",), ("a", "b")]), asked=st.frozensets(st.sampled_from(["g:a", "u:1"])),
    effects=st.frozensets(st.sampled_from(["pay", "call"])), took=st.just(timedelta()),
    names=st.just({"g:a": {"key": "a"}, "u:1": {"key": "one"}}),
)  # fmt: skip


@given(GISTS, GISTS)
def test_what_changes_one_way_changes_back_the_other_way(one: Gist, other: Gist) -> None:
    back = {
        "no_longer_asked": "newly_asked", "newly_asked": "no_longer_asked", "effect_gone": "effect_new",
        "effect_new": "effect_gone",
    }  # fmt: skip
    forth = sorted((back.get(kind, kind), repr(after), repr(before)) for kind, before, after in changes(one, other))

    assert forth == sorted((kind, repr(before), repr(after)) for kind, before, after in changes(other, one))
    assert not list(changes(one, one))


@pytest.mark.parametrize("name", [None, "missing"])
def test_a_run_without_an_amount_is_counted_and_adds_no_money(name: str | None) -> None:
    gist, other = gist_of(played(refund_graph())), gist_of(played(refund_graph(), {"node": "ops", "do": "reject"}))

    groups = Difference().add(gist, other, amount=amount_of({"refundAmount": None}, name))

    assert [(group.kind, group.total_documents()) for group in groups] == [("effect_gone", [])]
