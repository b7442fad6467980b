"""Every rule of every run, on random drawings; `ORDERFLOW_RANDOM_GRAPHS` says how many (docs/testing.md)."""

import json
import os
import sys

from tests.random_runs.play import play

GRAPHS = int(os.environ.get("ORDERFLOW_RANDOM_GRAPHS", "60"))
PATHS = int(os.environ.get("ORDERFLOW_RANDOM_PATHS", "2"))
SEED = int(os.environ.get("ORDERFLOW_RANDOM_SEED", "1"))


def test_runs_of_random_drawings_keep_every_rule() -> None:
    figures = play(graphs=GRAPHS, paths=PATHS, seed=SEED)

    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    assert figures["graphs"] == GRAPHS
    assert figures["runs"] == figures["completed"] + figures["cancelled"] == GRAPHS * PATHS
