"""The process in which the peers run, with settings of their own; the bench asks it by lines: a name and a number.

The first line it says names every peer, with null or the reason why it cannot run; each further line is the seconds
that the asked number of instances took.
"""

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection

from tests.bench.peers.stopwatch import Stopwatch

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

PEERS: Final = {"viewflow": "viewflow_drawn", "orm_by_hand": "orm_by_hand", "floor": "floor"}
WARM_UP: Final = 5


def main() -> None:
    missing = {name: _missing(name) for name in PEERS}
    with _own_database():
        people = {name: get_user_model().objects.create(username=name) for name in ("cs", "finance", "ops")}
        peers = {
            name: importlib.import_module(f"tests.bench.peers.{PEERS[name]}") for name in PEERS if not missing[name]
        }
        for name, peer in peers.items():
            peer.prepare()
            _warm_up(name, peer, people)
        _say(missing)
        for asked, line in enumerate(sys.stdin):
            name, times = line.split()
            _say(_seconds(peers[name], people, run=f"{name} {asked}", times=int(times)))


def _missing(name: str) -> str | None:
    if name == "viewflow" and not apps.is_installed("viewflow.workflow"):
        return "Expected django-viewflow (pip install -c requirements.lock django-viewflow), found it not installed."
    return None


def _warm_up(name: str, peer: Any, people: "Mapping[str, AbstractBaseUser]") -> None:
    """The first runs pay for imports and caches; they also show that this peer does the whole work."""
    for number in (f"{name} warm {count}" for count in range(WARM_UP)):
        peer.whole_run(number, people, Stopwatch())
        if not peer.is_finished(number):
            raise AssertionError(f"Expected {name} to finish its run, found it open.")


def _seconds(peer: Any, people: "Mapping[str, AbstractBaseUser]", *, run: str, times: int) -> float:
    watch = Stopwatch()
    for number in range(times):
        peer.whole_run(f"{run} {number}", people, watch)
    return watch.seconds


@contextmanager
def _own_database() -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    django.setup()
    main()
