"""The points at which a trial can break the house: each is where the document says, fires there and nowhere else."""

import ast
import os
import re
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from typing_extensions import override

from config.guards import Installation, require_sound
from tests.architecture.refund_shop import NOW, Shop
from workflows import failpoints, jobs, scheduler
from workflows.failpoints import POINTS, Broken, hit

HOME = Path(__file__).parents[2]
COMMANDS = ("start", "deliver", "migrate")  # of workflows.runtime, which names its points after them


def in_code() -> set[str]:
    """The points that the code passes, by name."""
    names: set[str] = set()
    for room in ("workflows", "orders", "approvals"):
        for file in (HOME / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "hit":
                    names |= {
                        one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    }
    return names | {f"{command}.{at}_commit" for command in COMMANDS for at in ("before", "after")}


def in_document() -> set[str]:
    text = (HOME / "docs" / "reliability.md").read_text()
    table = text.split("| failpoint |")[1].split("\n\n")[0]
    return set(re.findall(r"`([a-z_]+\.[a-z_]+)`", table))


def test_code_list_and_document_name_the_same_points() -> None:
    assert in_code() == set(POINTS) == in_document()
    assert len(POINTS) >= 12


@pytest.mark.parametrize("point", sorted(POINTS))
def test_a_point_breaks_what_passes_it_when_it_is_asked_for_and_no_other(settings: LazySettings, point: str) -> None:
    settings.ORDERFLOW_FAILPOINT = f"{point}:raise"

    for other in POINTS - {point}:
        hit(other)
    with pytest.raises(Broken, match=re.escape(point)):
        hit(point)


def test_a_point_can_make_what_passes_it_sleep(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "SLEEP_SECONDS", 0.0)
    settings.ORDERFLOW_FAILPOINT = "job.claimed:sleep"
    hit("job.claimed")


def test_a_point_can_kill_the_process_that_passes_it(settings: LazySettings) -> None:
    settings.ORDERFLOW_FAILPOINT = "job.claimed:kill9"
    child = os.fork()
    if child == 0:
        try:
            hit("job.claimed")
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


class Listening(str):
    """A wish for a point that listens instead: it is equal to no point, and remembers with which it was compared."""

    __slots__ = ("heard",)
    heard: list[str]

    @override
    def partition(self, sep: str, /) -> tuple[str, str, str]:
        return self, "", ""

    @override
    def __ne__(self, other: object) -> bool:
        self.heard.append(str(other))
        return True

    __hash__ = str.__hash__


@pytest.mark.django_db(transaction=True)
def test_a_refund_from_its_request_to_its_payment_passes_the_points_in_this_order(settings: LazySettings) -> None:
    shop = Shop()
    listening = Listening()
    listening.heard = []
    settings.ORDERFLOW_FAILPOINT = listening

    run = shop.ask()
    scheduler.fire_due(now=NOW - timedelta(days=1))
    shop.approve_through(run)
    scheduler.sweep_chores()
    jobs.perform_due()

    step = ["deliver.before_commit", "deliver.after_commit"]
    assert listening.heard == [
        "start.before_commit", "start.after_commit", *step, *step, "sweep.begun", "job.claimed",
        "refund.before_call", "effect.let_out", "refund.let_out", "refund.after_call", "job.performed",
        "deliver.before_commit", "job.before_done", "deliver.after_commit",
    ]  # fmt: skip


SOUND: dict[str, Any] = {
    "is_production": False, "secret_key": "", "hosts": (), "processes": "one", "broker_url": "memory://",
}  # fmt: skip


@pytest.mark.parametrize("wish", ["job.claimd:kill9", "job.claimed", "job.claimed:explode", ":raise"])
def test_a_wish_for_what_is_no_point_or_no_break_is_refused_at_the_start(wish: str) -> None:
    with pytest.raises(Exception, match="Expected ORDERFLOW_FAILPOINT"):
        require_sound(Installation(**SOUND, trial_tools={"ORDERFLOW_FAILPOINT": wish}))


@pytest.mark.parametrize("wish", ["", "job.claimed:kill9", "publish.mid:sleep", "audit.append:raise"])
def test_a_wish_for_a_point_is_accepted_outside_of_production_only(wish: str) -> None:
    require_sound(Installation(**SOUND, trial_tools={"ORDERFLOW_FAILPOINT": wish}))
    live = SOUND | {"is_production": True, "secret_key": os.urandom(40).hex(), "hosts": ("shop.example",)}
    if wish:
        with pytest.raises(Exception, match="Expected no tools for trials in production, found ORDERFLOW_FAILPOINT"):
            require_sound(Installation(**live, trial_tools={"ORDERFLOW_FAILPOINT": wish}))
