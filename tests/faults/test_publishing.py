"""Publishing at the worst moments: versions are whole or absent, their day comes once, and nobody's drawing is lost."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import timedelta
from functools import partial
from signal import SIGCONT, SIGSTOP
from typing import Any

import pytest
from django.utils import timezone

from tests.faults.trial import Tell, Trial, at_once
from tests.house import eventually
from tests.sizes import LOAD_SECONDS, sized

pytestmark = pytest.mark.serial

KILLS = sized(3, full=100)
PUBLISHES = sized(6, full=60)
RUNS = sized(1, full=1_000)  # at least
ROUNDS = sized(20, full=1_000)
CHAIN: dict[str, Any] = {
    "format": 1,
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "rest", "type": "delay", "config": {"after": "P30D"}},
        {"id": "end", "type": "end"},
    ],
    "edges": [{"id": "e1", "from": "start", "to": "rest"}, {"id": "e2", "from": "rest", "to": "end"}],
}


def waiting(days: int) -> dict[str, Any]:
    graph = deepcopy(CHAIN)
    graph["nodes"][1]["config"]["after"] = f"P{days}D"
    return graph


class Flow:
    """A flow of a house, drawn and published by its designer."""

    def __init__(self, house: Trial) -> None:
        self.house, self.key = house, f"rest-{uuid.uuid4().hex[:8]}"
        title = {"zh": self.key, "en": self.key}
        made = house.post("/api/v1/definitions", {"key": self.key, "title": title, "graph": waiting(30)}, user="admin")
        assert made.status == 201, made.json
        self.id, self.revision = made.json["id"], 1
        self.url = f"/api/v1/definitions/{self.id}"

    def draw(self, days: int) -> dict[str, Any]:
        body = {"revision": self.revision, "graph": waiting(days), "layout": {}}
        saved = self.house.call("PUT", f"{self.url}/draft", body, user="admin")
        assert saved.status == 200, saved.json
        self.revision += 1
        return body["graph"]  # type: ignore[return-value]

    def publish(self, through: Trial | None = None, **more: Any) -> Any:
        body = {"revision": self.revision, "note": "trial"} | more
        return (through or self.house).attempt("POST", f"{self.url}/publish", body, user="admin")

    def start(self) -> int:
        """The version that a new run has."""
        subject = {"type": "ticket", "id": uuid.uuid4().hex, "title": "trial"}
        told = self.house.post("/api/v1/instances", {"definition": self.key, "subject": subject}, user="cs1")
        assert told.status == 201, told.json
        version: int = told.json["version"]
        return version

    def standings(self) -> dict[int, str]:
        return dict(
            self.house.rows(
                "SELECT v.number, s.status FROM workflows_definitionversion v "
                "LEFT JOIN workflows_standing s ON s.version_id = v.id WHERE v.definition_id = %s", self.id,
            )
        )  # fmt: skip

    def live(self) -> Any:
        return self.house.get(self.url, user="admin").json["live_version"]


def test_f06_a_version_is_absent_or_whole_when_the_process_dies_in_the_midst(house: Trial, tell: Tell) -> None:
    flow = Flow(house)
    assert flow.publish().status == 201
    for kill in range(KILLS):
        graph, number = flow.draw(kill + 1), kill + 2
        with house.neighbour(failpoint="publish.mid:kill9") as victim:
            assert flow.publish(victim) is None
            assert victim.died()
        assert number not in flow.standings()
        assert flow.live() == number - 1

        assert flow.publish().status == 201

        assert house.get(f"{flow.url}/versions/{number}", user="admin").json["graph"] == graph
        assert flow.standings()[number] == "live"
    tell(f"F06: {KILLS} kills during publish: no version with a part of its rows, each published whole afterwards")


def test_f06_the_day_of_a_version_comes_once_when_the_sweep_dies_in_the_midst(house: Trial, tell: Tell) -> None:
    flows = [Flow(house) for _ in range(KILLS)]
    for flow in flows:
        assert flow.publish().status == 201
        flow.draw(7)
        assert flow.publish(effective_at=in_days(house, 2)).status == 201
        assert flow.standings() == {1: "live", 2: "planned"}
    with house.neighbour(failpoint="publish.day_mid:kill9") as victim:
        house.product.send_signal(SIGSTOP)  # so that the victim is the one who finds it
        try:
            house.wind(days=3)
            assert victim.died()
            assert [flow.standings() for flow in flows] == [{1: "live", 2: "planned"}] * KILLS
        finally:
            house.product.send_signal(SIGCONT)

    eventually(lambda: all(flow.standings() == {1: "replaced", 2: "live"} for flow in flows))
    for flow in flows:
        assert (flow.live(), flow.start()) == (2, 2)
        where = "object_id = %s AND action = 'version.go_live'"
        assert house.count("workflows_auditentry", where, flow.id) == 1
    tell(f"F06: a sweep killed while {KILLS} versions became live: nothing half done, each live and on record once")


def test_f59_runs_keep_their_version_and_new_ones_have_the_newest_when_it_is_published_again_and_again(
    house: Trial, tell: Tell
) -> None:
    flow, over, begun = Flow(house), threading.Event(), []
    assert flow.publish().status == 201
    published = [1]

    def start_all() -> None:
        while not over.is_set():
            at_least = published[-1]
            begun.append((at_least, flow.start(), published[-1]))

    with ThreadPoolExecutor(2) as pool:
        starters = [pool.submit(start_all) for _ in range(2)]
        try:
            for number in range(2, PUBLISHES + 2):
                flow.draw(number)
                assert flow.publish().status == 201
                published.append(number)
            eventually(lambda: len(begun) >= RUNS, seconds=LOAD_SECONDS)
        finally:
            over.set()
        for starter in starters:
            starter.result(60)

    # What had been published when a start was asked for, is at least what it has; nobody is ahead of the last publish.
    assert all(at_least <= version <= after + 1 for at_least, version, after in begun)
    kept = house.rows(
        "SELECT v.number, count(*) FROM workflows_instance i JOIN workflows_definitionversion v ON v.id = i.version_id "
        "WHERE v.definition_id = %s GROUP BY 1", flow.id,
    )  # fmt: skip
    assert sum(count for _, count in kept) == len(begun)
    assert {number: sum(one[1] == number for one in begun) for number, _ in kept} == dict(kept)
    assert flow.start() == PUBLISHES + 1
    tell(f"F59: {len(begun)} runs begun while {PUBLISHES} versions were published: each kept the version it began with")


def test_f60_one_of_two_designers_is_told_that_the_other_saved(house: Trial, tell: Tell) -> None:
    flow = Flow(house)
    for round_ in range(ROUNDS):
        bodies = [{"revision": flow.revision, "graph": waiting(2 * round_ + one), "layout": {}} for one in (1, 2)]

        answers = at_once(
            *[partial(house.call, "PUT", f"{flow.url}/draft", body, user="admin") for body in bodies]
        )  # fmt: skip

        assert sorted(answer.status for answer in answers) == [200, 409]
        flow.revision += 1
        won = next(body for body, answer in zip(bodies, answers, strict=True) if answer.status == 200)
        [late] = [answer.json for answer in answers if answer.status == 409]
        assert (late["code"], late["current_revision"]) == ("definition.revision_conflict", flow.revision)
        stored = house.get(f"{flow.url}/draft", user="admin").json
        assert (stored["revision"], stored["graph"]) == (flow.revision, won["graph"])
        lost = next(body for body, answer in zip(bodies, answers, strict=True) if answer.status == 409)
        found = house.post(f"{flow.url}/compare", {"since": "draft", "graph": lost["graph"]}, user="admin").json
        assert [one["code"] for one in found["changes"]] == ["setting.changed"]
    tell(f"F60: {ROUNDS} × two saves at once: one stored, the other told who saved, and shown the difference")


def test_either_the_withdrawal_or_the_start_counts_when_both_come_at_once(house: Trial, tell: Tell) -> None:
    flow, withdrawn = Flow(house), 0
    assert flow.publish().status == 201
    number = 1
    for round_ in range(ROUNDS):
        flow.draw(40 + round_)
        assert flow.publish().status == 201
        number += 1
        subject = {"type": "ticket", "id": uuid.uuid4().hex, "title": "trial"}

        begun, taken = at_once(
            partial(house.post, "/api/v1/instances", {"definition": flow.key, "subject": subject}, user="cs1"),
            partial(house.post, f"{flow.url}/versions/{number}/withdraw", {"reason": "race of a trial"}, user="admin"),
        )

        if taken.status == 200:
            withdrawn += 1
            assert begun.status == 503 or (begun.status == 201 and begun.json["version"] < number), begun.json
        else:
            assert (taken.json["code"], taken.json["started"]) == ("version.withdraw_started", 1)
            assert (begun.status, begun.json["version"]) == (201, number)
    assert house.invariants()["broken"] == {}
    tell(f"withdrawal against start: {ROUNDS} single outcomes ({withdrawn} withdrawn), no run on a withdrawn version")


def in_days(house: Trial, days: int) -> str:
    """A time to come by the clock of the house, ISO 8601."""
    ahead = float(house.clock.read_text()) if house.clock.exists() else 0.0
    return (timezone.now() + timedelta(seconds=ahead, days=days)).isoformat()
