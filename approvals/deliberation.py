"""What an event means for an open approval: who may answer, what it settles, what a timeout does. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from approvals import papers
from approvals.approval_config import ApprovalConfig
from approvals.assignment import Assignment, Policy, assign, may_sit
from approvals.ballot import Answer, Ballot, answer_of, read_ballot
from approvals.candidates import OWNER, Candidate, Kind, describe
from approvals.deadlines import deadline, remaining
from approvals.directory import SUPERUSER, Directory, Person
from approvals.presence import Presence
from approvals.refusals import (
    already_decided,
    comment_required,
    not_yours,
    own_request,
    transfer_refused,
    unknown_target,
)
from approvals.targets import GroupTarget, Target, UserTarget
from approvals.voting import Mode, Verdict, Vote
from bedrock.errors import BadInput, Conflict, OrderflowError
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.events import Actor, Signalled
from workflows.engine.node_type import Continue, Fail, Ignore, Note, Outcome, Scope, Wait
from workflows.engine.state import Awaits
from workflows.engine.values import Duration

MAX_TRANSFERS = 10  # by hand, in one visit; more is ping-pong
TIMED_OUT = "timed_out"
_TARGET: TypeAdapter[UserTarget | GroupTarget] = TypeAdapter(UserTarget | GroupTarget)


# The new seats (None: nobody is left for one of them), and the runs of the rules that found them.
Replaced = tuple[tuple[Candidate, ...] | None, list[Assignment]]


class Refused(Exception):  # noqa: N818 - carries the typed error to the node's door
    """The event is not allowed; nothing changes."""

    def __init__(self, error: OrderflowError) -> None:
        super().__init__(str(error))
        self.error = error


class Deliberation:
    """One open approval at one instant. Every method answers an outcome or raises Refused or NoOpenTime."""

    def __init__(self, scope: Scope[ApprovalConfig]) -> None:
        self.scope = scope
        self.config = scope.config
        self.now: datetime = scope.now
        self.durations: tuple[Duration, ...] = scope.program
        self.directory = scope.world.need(Directory)
        self.presence = Presence(
            directory=self.directory, book=scope.world.need(CalendarBook), requester=scope.requester,
            calendar=self.config.calendar, offline=self.config.offline != "ignore",
        )  # fmt: skip

    # opening

    def open(self) -> Outcome:
        """Assign for the first time; it fails when nobody at all is left."""
        found = self.assign(self.config.assign)
        if not found.candidates:
            return _nobody([found])
        ballot = Ballot(mode=self.config.mode, seats=found.candidates, since=self.now)
        due = self.deadline(ballot)
        work = papers.opening(
            ballot, config=self.config, due=due, name=self.scope.name, found=found, directory=self.directory
        )
        return Wait(awaits=Awaits.SIGNAL, data=ballot.to_json(), due_at=due, work=(work,))

    def assign(
        self, targets: Sequence[Target], *, leaving: Ballot | None = None, by_hand: bool = False,
        at_most: int | None = None,
    ) -> Assignment:  # fmt: skip
        """Run the rules. By hand somebody names a person: nobody else is put in their place."""
        voted = () if leaving is None else (answer.by for answer in leaving.answers)
        policy = Policy(
            mode=self.config.mode, requester=self.scope.requester, now=self.now,
            fallback=self.config.on_empty, on_requester="skip" if by_hand else self.config.on_requester,
            offline_to=self.config.substitutes(), voted=frozenset(voted),
            holding=frozenset() if leaving is None else frozenset(leaving.seats), last_resort=not by_hand,
            at_most=at_most,
        )  # fmt: skip
        return assign(targets, presence=self.presence, policy=policy)

    # people

    def answer(self, event: Signalled, outcome: Vote) -> Outcome:
        """Somebody approves or rejects."""
        ballot = self.ballot()
        held = self.seats_to_answer(ballot, event.actor)
        self.check_revision(ballot, event)
        comment = str(event.payload.get("comment") or "").strip()
        if not comment and (outcome is Vote.REJECTED or self.config.comment == "always"):
            raise Refused(comment_required())
        given = answer_of(
            event.actor, outcome=outcome, at=self.now, comment=comment, scopes=[seat.scope for seat in held]
        )
        return self.counted(ballot, ballot.with_answer(given), actor=event.actor)

    def transfer(self, event: Signalled) -> Outcome:
        """Somebody hands their seat to somebody else; a supervisor may hand on everybody's, with a comment."""
        ballot = self.ballot()
        comment = str(event.payload.get("comment") or "").strip()
        leaving = self.seats_to_hand_on(ballot, event.actor, comment=comment)
        self.check_revision(ballot, event)
        if ballot.transfers >= MAX_TRANSFERS:
            raise Refused(Conflict(
                "task.transfer_limit", f"Expected at most {MAX_TRANSFERS} transfers of one task, found one more.",
                limit=MAX_TRANSFERS,
            ))  # fmt: skip
        target = self.read_target(event.payload.get("to"))
        staying = tuple(seat for seat in ballot.seats if seat not in leaving)
        found = self.assign([target], leaving=ballot, by_hand=True)
        if not found.candidates:
            raise Refused(transfer_refused(found))
        moved = ballot.moved((*staying, *found.candidates), by_hand=True)
        if ballot.step < len(self.durations):
            clock = self.config.timeouts[ballot.step].clock
            left = remaining(ballot, due=self.scope.due_at, now=self.now, clock=clock, presence=self.presence)
            moved = replace(moved, since=self.now, left=left)
        note = self.moved_note(ballot, moved, cause="transfer", comment=comment, actor=event.actor)
        return self.waiting(
            ballot, moved, left=_ended(leaving, "transferred"), trace=self.traces([found], cause="transfer"),
            notes=(note,),
        )  # fmt: skip

    def comment(self, event: Signalled) -> Outcome:
        """Somebody who has to do with the task says something."""
        ballot = self.ballot()
        text = str(event.payload.get("text") or "").strip()
        person = self.directory.person(event.actor.id)
        involved = person is not None and (
            person.id == self.scope.requester
            or ballot.answered_by(person.id) is not None
            or _is_supervisor(person)
            or any(self.may_sit(seat, person) for seat in ballot.seats)
        )
        if not involved:
            raise Refused(not_yours())
        if not text:
            raise Refused(comment_required())
        work = papers.remark(by=event.actor.id, name=event.actor.name, text=text, at=self.now)
        note = Note(what="commented", data={"text": text}, actor=event.actor)
        return Wait(awaits=Awaits.SIGNAL, data=self.scope.data, due_at=self.scope.due_at, work=(work,), notes=(note,))

    def reassess(self, event: Signalled) -> Outcome:
        """The organisation changed: seats that nobody can use any more are given to somebody else, or it fails.

        A voice that is lost was never heard: it counts for nothing, and the verdict waits for its replacement.
        """
        ballot = self.ballot()
        gone = tuple(seat for seat in ballot.seats if not self.usable(seat))
        if not gone:
            return Ignore()
        seats, runs = self.replaced_each(ballot, gone) if ballot.mode is Mode.ALL else self.replaced_pool(ballot, gone)
        if seats is None:
            return _nobody(runs)
        moved = ballot.moved(seats, by_hand=False)
        note = self.moved_note(ballot, moved, cause="left", comment="", actor=event.actor)
        trace = self.traces(runs, cause="left")
        return self.waiting(ballot, moved, left=_ended(gone, "not_needed"), trace=trace, notes=(note,))

    def replaced_each(self, ballot: Ballot, gone: Sequence[Candidate]) -> Replaced:
        """Everybody must approve: one other person for each who left, so that as many voices are heard as before."""
        seats, runs = list(ballot.seats), []
        for seat in gone:
            asked = replace(ballot, seats=(*ballot.seats, *seats))
            found = self.assign(self.rules_of(ballot), leaving=asked, at_most=1)
            runs.append(found)
            if not found.candidates:
                return None, runs
            seats[seats.index(seat)] = found.candidates[0]
        return tuple(seats), runs

    def replaced_pool(self, ballot: Ballot, gone: Sequence[Candidate]) -> Replaced:
        """Anybody may decide: those who are left do, and only when nobody is, the rules run again."""
        kept = tuple(seat for seat in ballot.seats if seat not in gone)
        if kept:
            return kept, []
        found = self.assign(self.rules_of(ballot), leaving=ballot)
        return found.candidates or None, [found]

    def rules_of(self, ballot: Ballot) -> tuple[Target, ...]:
        """The targets in force: those of the last timeout transfer, or else those of the opening."""
        transfers = [step.to for step in self.config.timeouts[: ballot.step] if step.do == "transfer"]
        return transfers[-1] if transfers else self.config.assign

    # time

    def timeout(self, actor: Actor) -> Outcome:
        """The running timeout is due: do what it says, and start the next one from now."""
        ballot = self.ballot()
        due = self.deadline(ballot)
        if due is not None and due > self.now:
            # A calendar or an absence changed since the timer was set: it is not time yet.
            note = Note(what="due_moved", data={"due_at": due.isoformat()})
            return self.waiting(ballot, ballot, notes=(note,))
        step = self.config.timeouts[ballot.step]
        later = replace(ballot, step=ballot.step + 1, since=self.now, left=None)
        match step.do:
            case "remind":
                note = Note(what="reminded", data={"seats": [seat.scope for seat in ballot.seats]})
                return self.waiting(ballot, later, notes=(note,), reminded_at=self.now)
            case "transfer":
                return self.hand_over(ballot, later, to=step.to)
            case "approve" | "reject":
                vote = Vote.APPROVED if step.do == "approve" else Vote.REJECTED
                return self.counted(ballot, self.silence_counts(later, vote, actor), actor=actor)
            case "leave":
                note = Note(what="timed_out", data={"step": ballot.step})
                return self.closed(ballot, later, port=TIMED_OUT, status=TIMED_OUT, actor=actor, notes=(note,))

    def reckoned(self) -> datetime | None:
        """When the running step is due by the calendars of now; None if it counts by the wall clock."""
        ballot = self.ballot()
        if ballot.step >= len(self.durations) or self.config.timeouts[ballot.step].clock != "working":
            return None
        return self.deadline(ballot)

    def hand_over(self, before: Ballot, later: Ballot, *, to: tuple[Target, ...]) -> Outcome:
        """Whoever kept silent is replaced; when nobody is found, not even an owner, the work stays where it is."""
        found = self.assign(to, leaving=before)
        trace = self.traces([found], cause="timeout")
        if not found.candidates:
            note = Note(what="transfer_found_nobody", data={"step": before.step})
            return self.waiting(before, later, trace=trace, notes=(note,))
        moved = later.moved(found.candidates, by_hand=False)
        note = self.moved_note(before, moved, cause="timeout", comment="", actor=None)
        return self.waiting(before, moved, left=_ended(before.seats, "transferred"), trace=trace, notes=(note,))

    def silence_counts(self, ballot: Ballot, vote: Vote, actor: Actor) -> Ballot:
        """Each silent voter's own silence is an answer; a pool that kept silent is one. Nobody's silence is none."""
        for seat in filter(self.usable, ballot.seats):
            person = self.directory.person(seat.key) if seat.kind is Kind.USER else None
            by = actor if person is None else Actor(id=person.id, name=person.name, source=actor.source)
            ballot = ballot.with_answer(answer_of(by, outcome=vote, at=self.now, comment="", scopes=[seat.scope]))
            if ballot.mode is Mode.ANY:
                break
        return ballot

    # what comes of it

    def counted(self, before: Ballot, after: Ballot, *, actor: Actor, notes: tuple[Note, ...] = ()) -> Outcome:
        """The tally decides, never the last voter."""
        voted = tuple(_vote_note(answer) for answer in after.answers[len(before.answers) :])
        notes = (*notes, *voted)
        verdict = after.tally().verdict
        if verdict is Verdict.OPEN:
            gone = _ended([seat for seat in before.seats if seat not in after.seats], "decided")
            return self.waiting(before, after, left=gone, notes=notes)
        return self.closed(before, after, port=verdict.value, status=verdict.value, actor=actor, notes=notes)

    def closed(
        self, before: Ballot, after: Ballot, *, port: str, status: str, actor: Actor, notes: tuple[Note, ...]
    ) -> Outcome:
        by = (actor.id, actor.name)
        work = papers.closing(
            before, after, status=status, by=by, at=self.now, config=self.config, directory=self.directory
        )
        count = after.tally()
        why = {
            "outcome": status, "approved": count.approved, "rejected": count.rejected, "silent": count.silent,
            "by": actor.id, "by_name": actor.name, "votes": work["sheet"]["votes"],
        }  # fmt: skip
        return Continue(port=port, why=why, work=(work,), notes=notes)

    def waiting(
        self, before: Ballot, after: Ballot, *, left: Mapping[str, str] | None = None,
        trace: Sequence[dict[str, Any]] = (), notes: tuple[Note, ...] = (), reminded_at: datetime | None = None,
    ) -> Outcome:  # fmt: skip
        due = self.deadline(after)
        work = papers.change(
            before, after, config=self.config, due=due, directory=self.directory, left=left or {},
            trace=trace, reminded_at=reminded_at,
        )  # fmt: skip
        return Wait(awaits=Awaits.SIGNAL, data=after.to_json(), due_at=due, work=(work,), notes=notes)

    def withdrawn(self) -> tuple[Mapping[str, Any], ...]:
        """The wait ended without us."""
        ballot = self.ballot()
        work = papers.closing(
            ballot, ballot, status="cancelled", by=("system", ""), at=self.now, config=self.config,
            directory=self.directory,
        )  # fmt: skip
        return (work,)

    # rights and readings

    def ballot(self) -> Ballot:
        return read_ballot(self.scope.data)

    def deadline(self, ballot: Ballot) -> datetime | None:
        clocks = tuple(timeout.clock for timeout in self.config.timeouts)
        return deadline(ballot, durations=self.durations, clocks=clocks, presence=self.presence)

    def may_sit(self, seat: Candidate, person: Person) -> bool:
        return may_sit(seat, person, directory=self.directory, requester=self.scope.requester)

    def usable(self, seat: Candidate) -> bool:
        return any(self.may_sit(seat, person) for person in seat.people(self.directory))

    def seats_to_answer(self, ballot: Ballot, actor: Actor) -> tuple[Candidate, ...]:
        """The seats from which this person may answer now."""
        if actor.id == self.scope.requester:
            raise Refused(own_request())
        given = ballot.answered_by(actor.id)
        if given is not None:
            raise Refused(already_decided(by=given.name, at=given.at.isoformat(), outcome=given.outcome.value))
        person = self.directory.person(actor.id)
        held = () if person is None else tuple(seat for seat in ballot.seats if self.may_sit(seat, person))
        if not held:
            raise Refused(not_yours())
        return held

    def seats_to_hand_on(self, ballot: Ballot, actor: Actor, *, comment: str) -> tuple[Candidate, ...]:
        person = self.directory.person(actor.id)
        if person is not None and person.active and _is_supervisor(person):
            if actor.id == self.scope.requester:
                raise Refused(own_request())
            held = tuple(seat for seat in ballot.seats if self.may_sit(seat, person))
            if held:
                return held
            if not comment:
                raise Refused(comment_required())
            if ballot.mode is Mode.ALL and len(ballot.seats) > 1:
                # One person instead of several would quietly weaken a countersign.
                raise Refused(BadInput("task.transfer_which_seat", "Expected one seat to hand on, but several wait."))
            return ballot.seats
        return self.seats_to_answer(ballot, actor)

    def check_revision(self, ballot: Ballot, event: Signalled) -> None:
        seen = event.payload.get("revision")
        if seen != ballot.revision:
            raise Refused(Conflict(
                "task.revision_conflict", f"Expected revision {ballot.revision} of the task, but got {seen}.",
                current_revision=ballot.revision,
            ))  # fmt: skip

    def read_target(self, document: Any) -> Target:
        """Whom a transfer names; unknown ones are refused."""
        try:
            target = _TARGET.validate_python(document)
        except ValidationError:
            raise Refused(unknown_target()) from None
        known = (
            self.directory.group(target.group) if isinstance(target, GroupTarget)
            else self.directory.find_person(target.user)
        )  # fmt: skip
        if known is None:
            raise Refused(unknown_target())
        if isinstance(target, GroupTarget) and self.config.mode is Mode.ALL:
            raise Refused(BadInput("task.transfer_needs_person", "Expected one person for one seat, but got a group."))
        return target

    def traces(self, runs: Sequence[Assignment], *, cause: str) -> list[dict[str, Any]]:
        return [papers.trace_of(found, at=self.now, cause=cause) for found in runs]

    def moved_note(self, before: Ballot, after: Ballot, *, cause: str, comment: str, actor: Actor | None) -> Note:
        old, new = ([describe(seat, directory=self.directory) for seat in one.seats] for one in (before, after))
        return Note(what="reassigned", data={"cause": cause, "from": old, "to": new, "comment": comment}, actor=actor)


def _is_supervisor(person: Person) -> bool:
    return OWNER in person.roles or SUPERUSER in person.roles


def _nobody(runs: Sequence[Assignment]) -> Fail:
    """Somebody must repair the organisation first: nothing passes because nobody is there."""
    return Fail(
        code="approval.nobody", message="Expected somebody who may decide, not even an owner was found.",
        params={"trace": [why.to_json() for found in runs for why in found.trace]},
    )  # fmt: skip


def _ended(seats: Sequence[Candidate], status: str) -> dict[str, str]:
    return {seat.scope: status for seat in seats}


def _vote_note(answer: Answer) -> Note:
    actor = Actor(id=answer.by, name=answer.name, source=answer.source)
    return Note(what="voted", data={"outcome": answer.outcome.value, "comment": answer.comment}, actor=actor)


PERSONS: Mapping[str, Callable[[Deliberation, Signalled], Outcome]] = {
    "approve": lambda case, event: case.answer(event, Vote.APPROVED),
    "reject": lambda case, event: case.answer(event, Vote.REJECTED),
    "transfer": Deliberation.transfer,
    "comment": Deliberation.comment,
}
SYSTEMS: Mapping[str, Callable[[Deliberation, Signalled], Outcome]] = {"reassess": Deliberation.reassess}
