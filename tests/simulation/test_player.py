"""A rehearsal plays a flow to its end by the clock and a script, with the same engine, and does nothing."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import workflows.simulation
from approvals.candidates import Candidate
from approvals.presence import Presence
from tests.approvals.office import MONDAY, at, away, directory, with_person, world
from tests.engine.flows import first_of
from tests.engine.flows import graph as drawing
from tests.simulation.flows import beginning, cny, played, refund_graph
from workflows.engine.calendars import Calendar
from workflows.engine.node_type import NodeType
from workflows.engine.registry import registry
from workflows.simulation.player import Bounds, Ending, Played
from workflows.simulation.story import effects_of, passages

HOUSE = Path(workflows.simulation.__path__[0])


def nodes(run: Played) -> list[str]:
    return [passage.node for passage in passages(run)]


def left(run: Played, node: str) -> datetime | None:
    [found] = [passage.left for passage in passages(run) if passage.node == node]
    return found


def test_a_small_refund_goes_past_finance_and_tells_why_with_the_numbers() -> None:
    run = played(refund_graph())

    assert (run.ending, run.ended_at) == (Ending.COMPLETED, MONDAY)
    assert nodes(run) == ["start", "small", "ops", "refund", "end"]
    [_, small, ops, refund, _] = passages(run)
    assert small.because == {
        "conditions": [{"port": "small", "because": "58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true"}]
    }
    assert [one["key"] for one in ops.asked[0]["candidates"]] == ["ops"]
    assert [line["code"] for line in ops.asked[0]["trace"][0]["lines"]] == ["assigned.pool"]
    assert [note["by"]["name"] for note in ops.notes] == ["O1"]
    assert (refund.ports, refund.awaits) == (["out"], "activity")


def test_what_would_have_been_done_is_told_and_not_done() -> None:
    run = played(refund_graph())

    [effect] = effects_of(run, amount=cny("58.00"))

    assert (effect.node, effect.type, effect.key) == ("refund", "orders.refund", "rehearsal:refund:1")
    assert (effect.payload, effect.amount, effect.is_external) == ({"refund": "R-1"}, cny("58.00"), True)


def test_nobody_who_sleeps_answers_before_the_office_opens() -> None:
    friday_night = at(23, 30, day=30)

    run = played(refund_graph(), start=beginning(at=friday_night))

    assert left(run, "ops") == datetime(2026, 2, 2, 1, 0, tzinfo=UTC)


def test_silence_lets_the_timeout_hand_the_work_on_in_working_time() -> None:
    run = played(
        refund_graph(), {"node": "finance", "do": "nothing"}, start=beginning("100.00", at=at(11)),
    )  # fmt: skip

    [finance] = [passage for passage in passages(run) if passage.node == "finance"]
    # Two hours of finance's time: an hour before the break, which ends at 13:30, and an hour after it.
    assert finance.timers == [at(14, 30)]
    assert [[one["key"] for one in asked["candidates"]] for asked in finance.asked] == [["finance"], ["backup"]]
    assert [note["what"] for note in finance.notes] == ["reassigned"]
    assert run.ending is Ending.WAITING


def test_people_take_as_long_as_they_are_assumed_to_from_when_they_were_asked() -> None:
    run = played(
        refund_graph(), {"node": "finance", "after": "PT1H"}, {"node": "*", "after": "P1D", "clock": "wall"},
        start=beginning("100.00", at=at(11, 30)),
    )  # fmt: skip

    assert left(run, "finance") == at(14)
    assert left(run, "ops") == at(14, day=27)


def test_a_rejection_leads_to_the_end_that_pays_nothing() -> None:
    run = played(refund_graph(), {"node": "ops", "do": "reject"})

    assert nodes(run)[-2:] == ["reject", "end"]
    assert [(one.type, one.is_external) for one in effects_of(run)] == [("orders.reject_refund", False)]


def test_a_named_person_answers_and_nobody_else() -> None:
    run = played(refund_graph(), {"node": "ops", "by": "o2"})
    silent = played(refund_graph(), {"node": "ops", "by": "f1"})

    assert [note["by"]["name"] for passage in passages(run) for note in passage.notes] == ["O2"]
    assert silent.ending is Ending.WAITING
    assert [seat for _, seat in silent.seats] == ["g:ops"]


def test_the_first_who_is_there_answers_when_others_are_on_leave() -> None:
    people = with_person(directory(), "5", absences=(away(at(8), at(18)),))

    run = played(refund_graph(), people=world(people))

    assert [note["by"]["name"] for passage in passages(run) for note in passage.notes] == ["O2"]


def test_when_all_are_on_leave_the_first_answer_comes_when_one_is_back() -> None:
    people = with_person(directory(), "5", absences=(away(at(8), at(8, day=29)),))
    people = with_person(people, "6", absences=(away(at(8), at(8, day=28)),))

    run = played(refund_graph(), people=world(people))

    assert left(run, "ops") == at(9, day=28)
    assert [note["by"]["name"] for passage in passages(run) for note in passage.notes] == ["O2"]


def test_everybody_of_a_countersign_answers_each_in_their_own_time() -> None:
    people = with_person(directory(), "6", absences=(away(at(8), at(15)),))
    graph = refund_graph()
    graph["nodes"][3]["config"]["mode"] = "all"

    run = played(graph, people=world(people))

    [ops] = [passage for passage in passages(run) if passage.node == "ops"]
    assert [(note["by"]["name"], note["at"]) for note in ops.notes] == [("O1", at(9)), ("O2", at(15))]
    assert ops.left == at(15)


def test_a_sequence_is_answered_in_turn_each_from_when_they_are_asked() -> None:
    people = with_person(directory(), "6", absences=(away(at(8), at(15)),))
    graph = refund_graph()
    row = [{"kind": "user", "user": name} for name in ("o2", "f1", "b1")]
    graph["nodes"][3]["config"] |= {"assign": row, "mode": "sequence"}

    run = played(graph, {"node": "ops", "after": "PT1H"}, people=world(people))

    [ops] = [passage for passage in passages(run) if passage.node == "ops"]
    voted = [(note["by"]["name"], note["at"]) for note in ops.notes if note["what"] == "voted"]
    assert [name for name, _ in voted] == ["O2", "F1", "B1"]
    assert voted == sorted(voted, key=lambda one: one[1])
    assert [[one["key"] for one in asked["candidates"]] for asked in ops.asked] == [["o2"], ["f1"], ["b1"]]


def test_a_vote_ends_in_a_rehearsal_when_its_threshold_is_reached() -> None:
    graph = refund_graph()
    row = [{"kind": "user", "user": name} for name in ("o1", "o2", "f1", "b1")]
    graph["nodes"][3]["config"] |= {"assign": row, "mode": "vote", "vote": {"approve": "1/2"}}

    agreed, refused = played(graph), played(graph, {"node": "ops", "do": "reject"})

    [ops] = [passage for passage in passages(agreed) if passage.node == "ops"]
    assert [note["by"]["name"] for note in ops.notes] == ["O1", "O2"]
    assert (nodes(agreed)[-2:], nodes(refused)[-2:]) == (["refund", "end"], ["reject", "end"])


def test_a_call_that_fails_is_an_incident_with_the_code_of_the_script() -> None:
    run = played(refund_graph(), {"node": "refund", "do": "fail", "code": "provider.refused", "after": "PT5S"})

    assert (run.ending, run.ended_at) == (Ending.INCIDENT, MONDAY + timedelta(seconds=5))
    [refund] = [passage for passage in passages(run) if passage.node == "refund"]
    assert refund.incident is not None
    assert refund.incident["code"] == "provider.refused"


def test_a_failure_leaves_by_the_exit_that_the_step_has_for_it() -> None:
    graph = refund_graph()
    graph["nodes"][4]["config"] = {"on_error": [{"codes": ["provider.refused"], "port": "error"}]}
    graph["edges"].append({"id": "e9", "from": "refund", "port": "error", "to": "reject"})

    refused = played(graph, {"node": "refund", "do": "fail", "code": "provider.refused"})
    other = played(graph, {"node": "refund", "do": "fail", "code": "provider.gone"})

    assert (nodes(refused)[-3:], refused.ending) == (["refund", "reject", "end"], Ending.COMPLETED)
    assert (nodes(other)[-1], other.ending) == ("refund", Ending.INCIDENT)


def test_a_visit_has_its_own_line_before_the_node() -> None:
    graph = refund_graph()
    for edge in graph["edges"]:
        if (edge["from"], edge["port"]) == ("ops", "rejected"):
            edge |= {"to": "small", "kind": "back", "max_rounds": 2}

    run = played(graph, {"node": "ops", "visit": 1, "do": "reject"})

    assert nodes(run) == ["start", "small", "ops", "small", "ops", "refund", "end"]
    assert [passage.visit for passage in passages(run) if passage.node == "ops"] == [1, 2]


def listening() -> dict[str, Any]:
    return drawing(
        {"start": "start", "wait": ("message", {"message": "parcel", "key": "'A-1'", "within": "P2D"}), "end": "end",
         "late": "end"},
        "start>wait", "wait>end", "wait.timed_out>late",
    )  # fmt: skip


def test_a_message_comes_only_if_the_script_says_so() -> None:
    silent, told = played(listening()), played(listening(), {"node": "wait", "do": "receive", "after": "P1D"})

    assert (nodes(silent)[-1], silent.ended_at) == ("late", MONDAY + timedelta(days=2))
    assert (nodes(told)[-1], told.ended_at) == ("end", MONDAY + timedelta(days=1))


def test_of_several_awaited_messages_the_named_one_comes_and_one_that_is_not_awaited_never_does() -> None:
    choice = drawing(
        {"start": "start", "first": first_of(paid="'A-1'", cancelled="'A-1'", late="P2D"), "end": "end",
         "stopped": "end", "late": "end"},
        "start>first", "first.paid>end", "first.cancelled>stopped", "first.late>late",
    )  # fmt: skip

    ends = [
        nodes(played(choice, {"node": "first", "do": "receive", "after": "P1D"} | named))[-1]
        for named in ({}, {"message": "paid"}, {"message": "cancelled"}, {"message": "lost"})
    ]

    assert ends == ["end", "end", "stopped", "late"]


def test_a_timer_of_the_same_instant_comes_after_what_people_do() -> None:
    run = played(listening(), {"node": "wait", "do": "receive", "after": "P2D"})

    assert nodes(run)[-1] == "end"


def test_a_run_that_takes_too_long_is_cut_off_and_says_so() -> None:
    run = played(
        drawing({"start": "start", "rest": ("delay", {"after": "P400D"}), "end": "end"}, "start>rest", "rest>end")
    )
    short = played(refund_graph(), bounds=Bounds(happenings=1))

    assert (run.ending, run.ended_at) == (Ending.CUT_OFF, MONDAY + timedelta(days=366))
    assert short.ending is Ending.CUT_OFF


def test_nothing_that_acts_is_ever_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """No database is open to this test: a statement would be an error. What acts would be one as well."""
    for kind in registry:
        for name in ("perform", "perform_inline"):
            monkeypatch.setattr(type(kind), name, forbidden)

    for lines in ((), ({"node": "ops", "do": "reject"},), ({"node": "refund", "do": "fail"},)):
        assert played(refund_graph(), *lines).ending is not Ending.CUT_OFF


def forbidden(kind: NodeType[Any], *args: Any) -> None:
    raise AssertionError(f"{kind.key} acted")


def test_the_room_knows_nothing_that_could_act() -> None:
    """Import-linter keeps other rooms out; here the words themselves."""
    names = {
        node.attr
        for file in HOUSE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }

    assert names.isdisjoint({"perform", "perform_inline", "save", "objects", "now_utc", "cursor", "execute"})


def test_calendars_are_built_once_for_many_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    people, built = world(), []
    build = Presence._of_seat

    def counted(self: Presence, seat: Candidate) -> Calendar | None:
        built.append(seat.scope)
        return build(self, seat)

    monkeypatch.setattr(Presence, "_of_seat", counted)

    for _ in range(5):
        played(refund_graph(), people=people)

    assert built == ["g:ops"]
