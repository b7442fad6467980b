"""The control-flow patterns by number that an approval is: several people are asked at once, and not all are needed."""

from tests.approvals.office import actor, ended, opened
from workflows.engine import events, facts
from workflows.engine.events import Actor
from workflows.engine.state import Status

ALL3 = {"assign": [{"kind": "user", "user": name} for name in ("f1", "f2", "b1")], "mode": "all"}
ANY3 = ALL3 | {"mode": "any"}


def test_pattern_09_structured_discriminator_goes_on_with_the_first_answer_and_ignores_the_rest() -> None:
    run = opened(ANY3)
    token = run.token_at("ask")
    run.signal("ask", "approve", actor=actor("2"), revision=1)

    late = events.Signalled(
        token=token.id, visit=token.visit, name="reject", payload={"revision": 1, "comment": "no"}, actor=actor("1")
    )
    assert not run.take(late).changed
    assert ended(run) == "yes"


def test_pattern_13_a_fixed_number_of_voices_is_awaited() -> None:
    run = opened(ALL3)
    for voter in ("1", "2"):
        run.signal("ask", "approve", actor=actor(voter), revision=1)
        assert ended(run) is None

    run.signal("ask", "approve", actor=actor("3"), revision=1)

    assert ended(run) == "yes"


def test_pattern_26_cancelling_takes_all_voices_away() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    step = run.take(events.CancelRequested(actor=actor("9"), reason="not wanted any more"))

    assert run.state.status is Status.CANCELLED
    [closed] = [work.payload for work in step.inline]
    assert (closed["op"], closed["status"]) == ("close", "cancelled")


def test_pattern_27_a_force_advance_completes_what_voices_are_missing() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    step = run.force("yes", actor=Actor(id="9", name="陈静"))

    assert [fact.reason for fact in step.facts if isinstance(fact, facts.Withdrawn)] == ["forced"]
    assert ended(run) == "yes"


def test_pattern_29_cancelling_discriminator_closes_the_seats_of_all_others() -> None:
    run = opened(ANY3)

    run.signal("ask", "approve", actor=actor("2"), revision=1)

    closed = run.inline[-1].payload
    assert (closed["op"], closed["status"], closed["left"]) == ("close", "approved", {"u:2": "decided"})
