"""What an event means for an open approval: who may answer, what it settles, what a timeout does. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from approvals import empty, papers
from approvals.approval_config import ApprovalConfig
from approvals.assignment import Assignment, Policy, assign, may_sit
from approvals.ballot import Answer, Ballot, Turn, answer_of, read_ballot
from approvals.candidates import OWNER, Candidate, describe
from approvals.carrying import carried, carried_notes
from approvals.claims import Claim, holds
from approvals.copies import OPENED, copies_at
from approvals.deadlines import deadline
from approvals.directory import SUPERUSER, Directory, Person
from approvals.fields import SUPPOSED, filled, read_fields
from approvals.memory import deciders_of, left_behind, resubmitted
from approvals.presence import Presence
from approvals.refusals import (
    already_decided,
    claimed,
    comment_required,
    decided_apart,
    no_abstaining,
    not_yours,
    own_request,
)
from approvals.rejections import returned
from approvals.resolving import Known, Resolver
from approvals.shortfalls import nobody, too_few
from approvals.targets import Target
from approvals.turns import Came, WhenEmpty, come
from approvals.voting import PLAIN, Mode, Rules, Verdict, Voice, Vote
from bedrock.errors import Conflict, OrderflowError
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.events import SYSTEM, Actor, Signalled
from workflows.engine.expressions.language import Condition
from workflows.engine.node_type import Continue, Note, Outcome, Scope, Wait
from workflows.engine.state import Awaits, Json
from workflows.engine.values import Duration
from workflows.engine.variables import Variable

POOLED = (Mode.ANY, Mode.SEQUENCE)  # a pool is one seat, whose members are live; otherwise each of them has a voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a published step is compiled to."""

    durations: tuple[Duration, ...]
    rules: Rules
    conditions: Mapping[str, Condition]  # of targets, by their text
    fields: Mapping[str, Variable]  # that may be filled in, by name


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
        program: Program = scope.program
        self.durations = program.durations
        self.rules = program.rules
        self.fillable = program.fields
        self.barred = deciders_of(scope, self.config.apart_from)
        self.known = Known(variables=scope.variables, conditions=program.conditions)
        self.directory = scope.world.need(Directory)
        self.presence = Presence(
            directory=self.directory, book=scope.world.need(CalendarBook), requester=scope.requester,
            calendar=self.config.calendar, offline=self.config.offline != "ignore",
        )  # fmt: skip

    # opening

    def open(self) -> Outcome:
        """Assign for the first time; it fails when nobody at all is left."""
        asked = self.opened()
        ballot = asked.ballot
        if not ballot.seats and not ballot.answers:
            return empty.decided(
                self.when_empty(), ballot, runs=asked.runs, scope=self.scope, directory=self.directory
            )  # fmt: skip
        count = ballot.tally()
        if count.needed > count.silent + count.approved:
            return too_few(count.needed, count.total, asked.runs)
        is_open = count.verdict is Verdict.OPEN
        due = self.deadline(ballot) if is_open else None
        sent = copies_at(OPENED, self.scope, directory=self.directory)
        work = sent.paper | papers.opening(
            ballot, config=self.config, due=due, name=self.scope.name, found=asked.runs, directory=self.directory,
            resubmitted=resubmitted(self.scope.memory),
        )  # fmt: skip
        notes = (*carried_notes(ballot), *sent.notes)
        if is_open:
            return Wait(awaits=Awaits.SIGNAL, data=ballot.to_json(), due_at=due, work=(work,), notes=notes)
        port = count.verdict.value
        over = self.closed(ballot, ballot, port=port, status=port, actor=SYSTEM, notes=notes)
        return replace(over, work=(work, *over.work)) if isinstance(over, Continue) else over

    def carried(self, ballot: Ballot) -> Ballot:
        """With the answers of those who approved the same before."""
        return carried(ballot, scope=self.scope, directory=self.directory, now=self.now)

    def opened(self) -> Came:
        """Who is asked first."""
        if self.rules.mode is Mode.SEQUENCE:
            named = Resolver(
                self.directory, requester=self.scope.requester, known=self.known, pooled=True, now=self.now
            )
            turns = tuple(Turn(target=target) for target in named.in_turn(self.config.assign))
            came = come(Ballot(rules=self.rules, seats=(), since=self.now, turns=turns), by=self, now=self.now)
            order = Assignment(candidates=(), trace=tuple(named.trace))
            return replace(came, runs=(order, *came.runs)) if named.trace else came
        found = self.assign(self.config.assign, last_resort=self.when_empty() == "ask")
        voices = self.voices_of(found.candidates)
        opened = sum(voices.get(seat.scope, PLAIN).weight for seat in found.candidates)
        ballot = Ballot(rules=self.rules, seats=found.candidates, since=self.now, voices=voices, opened=opened)
        return Came(ballot=self.carried(ballot), runs=(found,))

    def voices_of(self, seats: Sequence[Candidate]) -> dict[str, Voice]:
        """The voices of a vote, by scope, that weigh otherwise than most."""
        if self.rules.mode is not Mode.VOTE:
            return {}
        found = {seat.scope: self.config.vote.voice_of(seat, directory=self.directory) for seat in seats}
        return {scope: voice for scope, voice in found.items() if voice != PLAIN}

    def assign(
        self, targets: Sequence[Target], *, leaving: Ballot | None = None, by_hand: bool = False,
        last_resort: bool = True, at_most: int | None = None,
    ) -> Assignment:  # fmt: skip
        """Run the rules. By hand somebody names a person: nobody else is put in their place."""
        answers = () if leaving is None else leaving.answers
        policy = Policy(
            mode=Mode.ANY if self.rules.mode in POOLED else Mode.ALL, requester=self.scope.requester, now=self.now,
            flow=self.scope.flow, fallback=self.config.on_empty,
            on_requester="skip" if by_hand else self.config.on_requester,
            offline_to=self.config.substitutes(), voted=frozenset(one.by for one in answers),
            for_others=frozenset(one.by for one in answers if one.behalf is not None),
            holding=frozenset() if leaving is None else frozenset(leaving.pending()),
            last_resort=last_resort and not by_hand, at_most=at_most, known=self.known, barred=self.barred,
        )  # fmt: skip
        return assign(targets, presence=self.presence, policy=policy)

    # people

    def answer(self, event: Signalled, outcome: Vote) -> Outcome:
        """Somebody approves, rejects or abstains."""
        ballot = self.ballot()
        held = self.seats_to_answer(ballot, event.actor)
        if outcome is Vote.ABSTAINED and not self.rules.abstain:
            raise Refused(no_abstaining())
        self.check_revision(ballot, event)
        comment = str(event.payload.get("comment") or "").strip()
        if not comment and (outcome is Vote.REJECTED or self.config.comment == "always"):
            raise Refused(comment_required())
        scopes = [seat.scope for seat in held]
        given = answer_of(
            ballot, event.actor, outcome=outcome, at=self.now, comment=comment, scopes=scopes,
            fields=self.fields_of(event, outcome, ballot) if self.config.fields or event.payload.get("form") else {},
        )  # fmt: skip
        return self.counted(ballot, ballot.with_answer(given), actor=event.actor)

    def fields_of(self, event: Signalled, outcome: Vote, ballot: Ballot) -> dict[str, Json]:
        """What the answer fills in."""
        given = event.payload.get("form") or {}
        try:
            return read_fields(
                given, outcome=outcome, rules=self.config.fields, declared=self.fillable,
                values={**self.scope.variables, **filled(ballot.answers)},
                is_supposed=bool(event.payload.get(SUPPOSED)),
            )  # fmt: skip
        except OrderflowError as error:
            raise Refused(error) from None

    # what comes of it

    def counted(
        self, before: Ballot, after: Ballot, *, actor: Actor, notes: tuple[Note, ...] = (),
        left: Mapping[str, str] | None = None, trace: Sequence[dict[str, Any]] = (),
    ) -> Outcome:  # fmt: skip
        """The tally decides, never the last voter. While it is open, those are asked whose turn has come."""
        given = after.answers[len(before.answers) :]
        notes = (*notes, *(_vote_note(answer) for answer in given))
        came, verdict = Came(ballot=after), after.tally().verdict
        if verdict is Verdict.OPEN:
            came = come(after, by=self, now=self.now)
            verdict = came.ballot.tally().verdict  # turns that fall away may have been all that was missing
        elif verdict is Verdict.UNHEARD:
            came, verdict = self.refilled(after), Verdict.OPEN
        if came.nobody:
            if self.when_empty() != "reject":
                return nobody(came.runs)
            notes = (*notes, empty.noted("rejected"))
            return self.closed(before, came.ballot, port="rejected", status="rejected", actor=actor, notes=notes)
        notes = (*notes, *carried_notes(came.ballot, since=len(after.answers)))
        if verdict is not Verdict.OPEN:
            return self.closed(before, came.ballot, port=verdict.value, status=verdict.value, actor=actor, notes=notes)
        if came.asked:
            asked = replace(after, seats=came.asked)
            notes = (*notes, self.moved_note(replace(before, seats=()), asked, cause="turn", comment="", actor=None))
        gone = {scope: "decided" for answer in given for scope in answer.scopes} | dict(left or {})
        trace = (*trace, *self.traces(came.runs, cause="turn"))
        return self.waiting(before, came.ballot, left=gone, trace=trace, notes=notes)

    def refilled(self, ballot: Ballot) -> Came:
        """Everybody abstained: those decide who do when nobody is left."""
        found = self.assign((), leaving=ballot)
        voices = self.voices_of(found.candidates)
        more = sum(voices.get(seat.scope, PLAIN).weight for seat in found.candidates)
        anew = replace(
            ballot, seats=found.candidates, step=0, since=self.now, left=None, opened=ballot.opened + more,
            voices={**ballot.voices, **voices},
        )  # fmt: skip
        return Came(ballot=anew, runs=(found,), asked=found.candidates, nobody=not found.candidates)

    def closed(
        self, before: Ballot, after: Ballot, *, port: str, status: str, actor: Actor, notes: tuple[Note, ...]
    ) -> Outcome:
        by = (actor.id, actor.name)
        sent = copies_at(status, self.scope, directory=self.directory)
        work = sent.paper | papers.closing(
            before, after, status=status, by=by, at=self.now, config=self.config, directory=self.directory
        )
        count = after.tally()
        why = {
            "outcome": status, "approved": count.approved, "rejected": count.rejected, "silent": count.silent,
            "by": actor.id, "by_name": actor.name, "votes": work["sheet"]["votes"],
        }  # fmt: skip
        if work["sheet"]["standing"]:
            why["standing"] = work["sheet"]["standing"]
        behind = left_behind(after, variables=self.scope.variables)
        output = filled(after.answers) if port == Verdict.APPROVED else {}
        notes = (*notes, *sent.notes)
        left = Continue(port=port, output=output, why=why, work=(work,), notes=notes, remembers=behind)
        if port != Verdict.REJECTED:
            return left
        return returned(self.config, left, requester=self.scope.requester, directory=self.directory)

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
        sits = may_sit(seat, person, directory=self.directory, requester=self.scope.requester)
        return sits and person.id not in self.barred

    def when_empty(self) -> WhenEmpty:
        """What holds now: nothing passes by itself while its condition does not hold."""
        if self.config.when_empty != "pass" or not self.config.pass_when.strip():
            return self.config.when_empty
        holds = self.known.conditions[self.config.pass_when].decide(self.known.variables) is True
        return "pass" if holds else "ask"

    def usable(self, seat: Candidate) -> bool:
        return any(self.may_sit(seat, person) for person in seat.people(self.directory))

    def seats_to_answer(self, ballot: Ballot, actor: Actor) -> tuple[Candidate, ...]:
        """The seats from which this person may answer now."""
        if actor.id == self.scope.requester:
            raise Refused(own_request())
        if actor.id in self.barred:
            raise Refused(decided_apart(self.barred[actor.id]))
        given = ballot.answered_by(actor.id)
        if given is not None:
            raise Refused(already_decided(by=given.name, at=given.at.isoformat(), outcome=given.outcome.value))
        person = self.directory.person(actor.id)
        held = () if person is None else tuple(seat for seat in ballot.seats if self.may_sit(seat, person))
        if not held:
            raise Refused(not_yours())
        taken = {seat: self.claim_on(seat, ballot) for seat in held}
        free = tuple(seat for seat, one in taken.items() if one is None or one.by == actor.id)
        if not free:
            raise Refused(claimed(next(one for one in taken.values() if one is not None)))
        return free

    def claim_on(self, seat: Candidate, ballot: Ballot) -> Claim | None:
        """Who has claimed this seat, while that counts."""
        return holds(ballot.claims.get(seat.scope), seat, directory=self.directory)

    def check_revision(self, ballot: Ballot, event: Signalled) -> None:
        seen = event.payload.get("revision")
        if seen != ballot.revision:
            raise Refused(Conflict(
                "task.revision_conflict", f"Expected revision {ballot.revision} of the task, but got {seen}.",
                current_revision=ballot.revision,
            ))  # fmt: skip

    def traces(self, runs: Sequence[Assignment], *, cause: str) -> list[dict[str, Any]]:
        return [papers.trace_of(found, at=self.now, cause=cause) for found in runs]

    def moved_note(self, before: Ballot, after: Ballot, *, cause: str, comment: str, actor: Actor | None) -> Note:
        old, new = ([describe(seat, directory=self.directory) for seat in one.seats] for one in (before, after))
        return Note(what="reassigned", data={"cause": cause, "from": old, "to": new, "comment": comment}, actor=actor)


def is_supervisor(person: Person) -> bool:
    """Whether this person may move work that is not theirs."""
    return OWNER in person.roles or SUPERUSER in person.roles


def ended(seats: Sequence[Candidate], status: str) -> dict[str, str]:
    """How seats ended, by scope."""
    return {seat.scope: status for seat in seats}


def _vote_note(answer: Answer) -> Note:
    actor = Actor(id=answer.by, name=answer.name, source=answer.source)
    data: dict[str, Any] = {"outcome": answer.outcome.value, "comment": answer.comment}
    if answer.behalf is not None:
        data["on_behalf_of"] = asdict(answer.behalf)
    if answer.fields:
        data["form"] = dict(answer.fields)
    return Note(what="voted", data=data, actor=actor)
