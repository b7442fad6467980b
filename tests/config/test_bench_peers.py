"""What the benchmark says about the others: ratios of the same round, and a reason for each figure it does not have."""

from tests.bench.peers.beside import figures


def test_ratio_is_the_median_of_the_rounds_and_not_the_ratio_of_medians() -> None:
    rounds = [
        {"ours": 100.0, "viewflow": 50.0},
        {"ours": 300.0, "viewflow": 60.0},
        {"ours": 200.0, "viewflow": 20.0},
    ]

    assert figures(rounds, {"viewflow": None}, ours=["ours"]) == {
        "ours_full_instances_per_s": 200.0,
        "viewflow_full_instances_per_s": 50.0,
        "ours_to_viewflow": 5.0,
    }


def test_peer_that_is_not_installed_is_null_with_its_reason() -> None:
    rounds = [{"ours": 100.0, "floor": 200.0}]

    assert figures(rounds, {"viewflow": "Expected it, found it not installed.", "floor": None}, ours=["ours"]) == {
        "ours_full_instances_per_s": 100.0,
        "viewflow_full_instances_per_s": None,
        "ours_to_viewflow": None,
        "viewflow_missing": "Expected it, found it not installed.",
        "floor_full_instances_per_s": 200.0,
        "ours_to_floor": 0.5,
    }
