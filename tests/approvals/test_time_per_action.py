"""What becomes of the running time when somebody acts: the table in docs/timers.md, line by line. Numbers are those of
the trap list."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from bedrock.errors import Forbidden
from tests.approvals.office import (
    OFFICE,
    actor,
    at,
    directory,
    ended,
    graph,
    noted,
    opened,
    seats,
    with_person,
    world,
)
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_windows import WorkingHours
from workflows.engine.calendars import Calendar
from workflows.engine.events import Signalled, TimerDue
from workflows.engine.world import World
from workflows.testing import Harness

BACKUP = [{"kind": "group", "group": "backup"}]
TRANSFER: dict[str, Any] = {"timeouts": [{"after": "PT120M", "do": "transfer", "to": BACKUP}]}
DAY = ((540, 720), (780, 1080))
NO_MONDAY = Calendar(WorkingHours(zone="Asia/Shanghai", week=((), DAY, DAY, DAY, DAY, (), ())))
VOTERS = [{"kind": "user", "user": name} for name in ("f1", "f2")]


def due(run: Harness) -> Any:
    return run.token_at("ask").due_at


def with_book(book: CalendarBook) -> World:
    known = world()
    return World(values={**known.values, CalendarBook: book})


def test_trap_68_a_comment_keeps_the_time() -> None:
    run = opened(TRANSFER)
    run.now = at(10)

    run.signal("ask", "comment", actor=actor("1"), text="please hurry")

    assert due(run) == at(11)


def test_trap_68_an_answer_of_one_voter_keeps_the_time_of_the_others() -> None:
    run = opened({"assign": VOTERS, "mode": "all"}, calendar="office", **TRANSFER)
    run.now = at(10)

    run.signal("ask", "approve", actor=actor("1"), revision=1)

    assert due(run) == at(11)


def test_trap_68_whoever_takes_the_place_of_somebody_who_left_has_the_rest_of_the_time() -> None:
    run = opened({"assign": VOTERS, "mode": "all"}, calendar="office", **TRANSFER)
    run.world, run.now = world(with_person(directory(), "2", active=False)), at(10)

    run.signal("ask", "reassess")

    assert "u:2" not in seats(run)
    assert due(run) == at(11)


def test_trap_68_the_next_step_counts_from_the_timeout_and_not_from_the_opening() -> None:
    run = opened(timeouts=[*TRANSFER["timeouts"], {"after": "PT60M", "do": "remind"}])

    run.wind(to=at(11))

    assert (seats(run), due(run)) == (["g:backup"], at(12))


def test_trap_68_forced_back_to_its_node_a_question_has_its_whole_time_and_the_old_timer_means_nothing() -> None:
    drawing = graph(TRANSFER)
    drawing["nodes"][2] = {"id": "yes", "type": "delay", "config": {"after": "P9D"}}
    drawing["edges"].append({"id": "e-end", "from": "yes", "to": "no"})
    run = Harness(drawing, world=world(), now=at(9))
    run.start(requester="8")
    before = run.token_at("ask")
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    run.now = at(10)

    run.force("ask", actor=actor("7"))

    assert (run.token_at("ask").visit, due(run)) == (2, at(12))
    run.now = at(11)
    assert not run.take(TimerDue(token=before.id, visit=before.visit, attempt=before.attempt)).changed
    assert seats(run) == ["g:finance"]


def test_trap_68_sent_back_by_an_edge_a_question_has_its_whole_time() -> None:
    drawing = deepcopy(graph(TRANSFER))
    for edge in drawing["edges"]:
        if edge["id"] == "e-rejected":
            edge |= {"to": "ask", "max_rounds": 3}
    drawing["nodes"] = [node for node in drawing["nodes"] if node["id"] != "no"]
    run = Harness(drawing, world=world(), now=at(9))
    run.start(requester="8")
    run.now = at(10)

    run.signal("ask", "reject", actor=actor("1"), revision=1, comment="no receipt")

    assert (run.token_at("ask").visit, due(run)) == (2, at(12))


def test_trap_68_a_migration_keeps_the_time_of_a_question_that_is_drawn_alike_and_gives_another_its_whole() -> None:
    alike, otherwise = graph(TRANSFER), graph(TRANSFER, comment="always")
    alike["nodes"][1]["name"] = {"zh": "复核", "en": "Check"}
    run = opened(TRANSFER)
    run.now = at(10)

    run.migrate(alike, actor=actor("7"))
    assert due(run) == at(11)
    run.migrate(otherwise, actor=actor("7"))
    assert due(run) == at(12)


def test_trap_68_cancelled_with_its_run_a_question_is_never_due() -> None:
    drawing = graph(TRANSFER)
    run = Harness(drawing, world=world(), now=at(9))
    run.start(requester="8")

    run.force("no", actor=actor("7"))

    assert run.next_due() is None


def test_trap_67_a_wait_that_an_edit_keeps_fires_when_it_was_due_and_the_next_step_goes_by_the_new_calendar() -> None:
    run = opened(timeouts=[{"after": "PT120M", "do": "remind"}, {"after": "PT60M", "do": "remind"}], now=at(9))
    book = CalendarBook({"office": OFFICE}).edited("office", NO_MONDAY, at=at(10), keeps=True)
    run.world = with_book(book)

    run.wind(to=at(11))

    assert noted(run, "due_moved") == []
    assert len(noted(run, "reminded")) == 1
    assert due(run) == at(10, day=27)


def test_trap_67_a_wait_that_an_edit_recomputes_is_not_taken_for_due_before_its_new_time() -> None:
    run = opened(TRANSFER)
    run.world = with_book(CalendarBook({"office": OFFICE}).edited("office", NO_MONDAY, at=at(10), keeps=False))

    run.wind(to=at(11))

    assert (seats(run), due(run)) == (["g:finance"], at(11, day=27))


def test_trap_67_a_delay_on_a_calendar_is_reckoned_anew_too() -> None:
    drawing = {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "ask", "type": "delay", "config": {"after": "PT120M", "clock": "working", "calendar": "office"}},
            {"id": "end", "type": "end"},
        ],
        "edges": [{"id": "e1", "from": "start", "to": "ask"}, {"id": "e2", "from": "ask", "to": "end"}],
    }
    moved, kept = (Harness(drawing, world=world(), now=at(9)) for _ in range(2))
    old = CalendarBook({"office": OFFICE})
    for run, keeps in ((moved, False), (kept, True)):
        run.start()
        run.world = with_book(old.edited("office", NO_MONDAY, at=at(10), keeps=keeps))
        run.wind(to=at(11))

    assert (moved.where(), due(moved)) == (["ask"], at(11, day=27))
    assert kept.where() == []


def test_trap_69_a_chain_of_transfers_ends_with_the_owner_and_then_rests() -> None:
    chain = ("backup", "ops", "finance", "nobody")
    run = opened(
        timeouts=[{"after": "PT60M", "do": "transfer", "to": [{"kind": "group", "group": one}]} for one in chain]
    )

    asked = [seats(run)]
    for _ in chain:
        run.wind(to=due(run))
        asked.append(seats(run))

    assert asked == [["g:finance"], ["g:backup"], ["g:ops"], ["g:finance"], ["r:supervisor"]]
    assert due(run) is None
    run.wind(days=30)
    assert seats(run) == ["r:supervisor"]


def test_trap_71_a_person_who_comes_before_the_automatic_answer_decides_and_it_finds_nobody() -> None:
    run = opened(timeouts=[{"after": "PT60M", "do": "approve"}])
    token = run.token_at("ask")
    run.now = at(10)  # the moment at which it is due

    run.signal("ask", "reject", actor=actor("1"), revision=1, comment="no receipt")
    late = run.take(TimerDue(token=token.id, visit=token.visit, attempt=token.attempt))

    assert not late.changed
    assert ended(run) == "no"


def test_trap_71_a_person_who_comes_after_the_automatic_answer_changes_nothing() -> None:
    run = opened(timeouts=[{"after": "PT60M", "do": "approve"}])
    token = run.token_at("ask")
    run.wind(to=at(10))

    late = run.take(Signalled(token=token.id, visit=token.visit, name="reject", payload={"revision": 1}))

    assert not late.changed
    assert ended(run) == "yes"


def test_trap_59_steps_that_were_missed_come_one_by_one_each_with_its_whole_time() -> None:
    run = opened(timeouts=[*TRANSFER["timeouts"], {"after": "PT60M", "do": "remind"}])
    token = run.token_at("ask")
    run.now = at(9) + timedelta(days=3)  # three days later

    run.take(TimerDue(token=token.id, visit=token.visit, attempt=token.attempt))

    assert (seats(run), noted(run, "reminded")) == (["g:backup"], [])
    assert due(run) == at(10, day=29)


@pytest.mark.parametrize("revision", [1, 2])
def test_trap_69_whoever_the_time_passed_by_cannot_answer_any_more(revision: int) -> None:
    run = opened(TRANSFER)
    run.wind(to=at(11))
    before = run.state

    with pytest.raises(Forbidden) as caught:
        run.signal("ask", "approve", actor=actor("1"), revision=revision)

    assert caught.value.code == "task.not_yours"
    assert run.state is before
