"""Who gets a task: resolve, requester, apart, delegation, offline, duplicate, empty, in this order, and why.

The same run serves every path: the first assignment, a transfer by hand or by timeout, a substitute, an added signer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from approvals.candidates import OWNER, Candidate, Kind
from approvals.delegation import acted_for, barred
from approvals.directory import SUPERUSER, Directory, Person
from approvals.presence import Presence
from approvals.resolving import NOTHING_KNOWN, Known, Resolver, Why, seat_of
from approvals.targets import HeadTarget, Target
from approvals.voting import Mode
from workflows.engine.graph import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one run.

    `voted` (ids) have answered already and are not asked twice. `fallback` comes before the flow's owners when
    nobody is left. With `last_resort` False nobody is an answer: a person who transfers chooses somebody else.
    No more than `at_most` seats are given, in order: one lost voice is replaced by one.
    """

    mode: Mode
    requester: str | None
    now: datetime
    flow: str = ""
    fallback: tuple[Target, ...] = ()
    on_requester: Literal["skip", "department_head", "supervisors"] = "skip"
    offline_to: tuple[Target, ...] | None = None  # None: being away does not matter
    voted: frozenset[str] = frozenset()
    for_others: frozenset[str] = frozenset()  # those of them who answered for somebody else
    holding: frozenset[Candidate] = frozenset()  # seats that are being left; going back to them is no transfer
    last_resort: bool = True
    at_most: int | None = None
    barred: Mapping[str, str] = field(default_factory=dict)  # ids of those who may not, with the step that they decided
    known: Known = NOTHING_KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The result: seats in order, and why. No candidates means that really nobody is left."""

    candidates: tuple[Candidate, ...]
    trace: tuple[Why, ...]


def assign(targets: Sequence[Target], *, presence: Presence, policy: Policy) -> Assignment:
    """Resolve targets to seats. With mode `all` pools are frozen into their people; with `any` they stay live."""
    run = _Run(presence, policy)
    found = run.screened(targets)
    if not found and policy.last_resort:
        found = run.fallback()
    return Assignment(candidates=run.enough(found), trace=tuple(run.trace))


def may_sit(candidate: Candidate, person: Person, *, directory: Directory, requester: str | None) -> bool:
    """Whether this person may act from this seat at this moment."""
    return person.id != requester and person in candidate.people(directory)


class _Run(Resolver):
    """One run of the pipeline; collects the trace."""

    def __init__(self, presence: Presence, policy: Policy) -> None:
        pooled = policy.mode is Mode.ANY
        super().__init__(
            presence.directory, requester=policy.requester, known=policy.known, pooled=pooled, now=policy.now
        )
        self.presence = presence
        self.policy = policy

    def screened(self, targets: Iterable[Target]) -> list[Candidate]:
        found = [candidate for target in targets for candidate in self.resolve(target)]
        return self.once(self.present(self.handed_on(found)))

    def handed_on(self, found: list[Candidate]) -> list[Candidate]:
        """Without the requester, and each seat of a person with whoever acts for them."""
        policy = self.policy
        seats = acted_for(
            self.allowed(found), directory=self.directory, flow=policy.flow, at=policy.now,
            barred=barred(requester=policy.requester, voted=policy.voted, holding=policy.holding)
            | dict.fromkeys(policy.barred, "apart"),
            apart=policy.mode is not Mode.ANY,
        )  # fmt: skip
        for one in seats:
            if one.code:
                self.say(one.code, self.about(one.said_of), **one.params)
        return [one.seat for one in seats]

    def allowed(self, candidates: list[Candidate]) -> list[Candidate]:
        """Duties are separated: neither who asked for it, nor who decided a step that is apart from this one."""
        return self.apart(self.without_requester(candidates))

    def fallback(self) -> list[Candidate]:
        """The empty policy: the named group, then the flow's owners, then administrators. Each is screened again."""
        if self.policy.fallback:
            self.say("assigned.fallback", _nobody())
            found = self.screened(self.policy.fallback)
            if found:
                return found
        for role in (OWNER, SUPERUSER):
            seat = Candidate(kind=Kind.ROLE, key=role)
            self.say("assigned.owner", self.about(seat))
            found = self.once(self.handed_on(self.seats(seat)))
            if found:
                return found
        return []

    # requester

    def without_requester(self, candidates: list[Candidate]) -> list[Candidate]:
        requester = self.directory.person(self.policy.requester)
        if requester is None:
            return candidates
        kept: list[Candidate] = []
        for candidate in candidates:
            is_pool = candidate.kind is not Kind.USER
            people = candidate.people(self.directory)
            if requester not in people if is_pool else candidate.key != requester.id:
                kept.append(candidate)
                continue
            self.say("skipped.requester", self.about(candidate), requester=requester.name)
            if is_pool and len(people) > 1:
                kept.append(candidate)  # the others of the pool decide
            elif self.policy.on_requester == "department_head":
                kept += self.resolve_head(HeadTarget(kind="department_head"))
            elif self.policy.on_requester == "supervisors":
                kept += self.others(Candidate(kind=Kind.ROLE, key=OWNER))
        return kept

    def others(self, pool: Candidate) -> list[Candidate]:
        """The seats of a pool in which somebody else than the requester sits."""
        return [
            seat for seat in self.seats(pool)
            if any(person.id != self.policy.requester for person in seat.people(self.directory))
        ]  # fmt: skip

    # separation of duties

    def apart(self, candidates: list[Candidate]) -> list[Candidate]:
        """Without those who decided a step that others must decide; of a pool the rest of its people stays."""
        barred = self.policy.barred
        if not barred:
            return candidates
        kept: list[Candidate] = []
        for candidate in candidates:
            people = candidate.people(self.directory)
            met = [person for person in people if person.id in barred]
            if not met:
                kept.append(candidate)
                continue
            self.say("skipped.apart", self.about(candidate), step=barred[met[0].id], people=[one.name for one in met])
            if candidate.kind is not Kind.USER:
                rest = [one for one in people if one.id not in barred and one.id != self.policy.requester]
                kept += [seat_of(one) for one in rest]
        return kept

    # offline

    def present(self, candidates: list[Candidate]) -> list[Candidate]:
        """Replace who is away now, if the policy says so. Without a substitute, they stay: never fewer voices.

        With `any` those who are here suffice; with `all` every voice that is away needs a substitute.
        """
        if self.policy.offline_to is None:
            return candidates
        away = [candidate for candidate in candidates if self.is_away(candidate)]
        here = [candidate for candidate in candidates if candidate not in away]
        if not away or (here and self.policy.mode is Mode.ANY):
            return here
        resolved = [candidate for target in self.policy.offline_to for candidate in self.resolve(target)]
        return here + (self.handed_on(resolved) or away)

    def is_away(self, candidate: Candidate) -> bool:
        people = [person for person in candidate.people(self.directory) if person.id != self.policy.requester]
        away = all(self.presence.is_away(person, candidate=candidate, at=self.policy.now) for person in people)
        if away:
            self.say("skipped.away", self.about(candidate))
        return away

    # duplicate

    def once(self, candidates: list[Candidate]) -> list[Candidate]:
        """One person, one seat: neither twice, nor beside a pool they belong to, nor after having voted."""
        kept: list[Candidate] = []
        pools = [candidate for candidate in candidates if candidate.kind is not Kind.USER]
        for candidate in candidates:
            if self.has_voted(candidate):
                for_another = candidate.kind is Kind.USER and candidate.key in self.policy.for_others
                self.say("skipped.voted_for_another" if for_another else "skipped.already_voted", self.about(candidate))
            elif candidate in self.policy.holding:
                self.say("skipped.same_holder", self.about(candidate))
            elif candidate in kept:
                self.say("skipped.duplicate", self.about(candidate))
            elif candidate.kind is Kind.USER and self.covered(candidate, pools):
                self.say("skipped.in_pool", self.about(candidate))
            else:
                kept.append(candidate)
        return kept

    def has_voted(self, candidate: Candidate) -> bool:
        """A person who answered, or a pool of which nobody is left who did not."""
        if not self.policy.voted:
            return False
        if candidate.kind is Kind.USER:
            return candidate.key in self.policy.voted
        people = {person.id for person in candidate.people(self.directory)} - {self.policy.requester}
        return bool(people) and people <= self.policy.voted

    def covered(self, candidate: Candidate, pools: list[Candidate]) -> bool:
        return any(candidate.people(self.directory)[0] in pool.people(self.directory) for pool in pools)

    def enough(self, candidates: list[Candidate]) -> tuple[Candidate, ...]:
        """As many as are needed; the others are not asked."""
        wanted = len(candidates) if self.policy.at_most is None else self.policy.at_most
        for candidate in candidates[wanted:]:
            self.say("skipped.enough", self.about(candidate))
        return tuple(candidates[:wanted])


def _nobody() -> dict[str, Any]:
    return {"kind": "nobody", "key": "", "name": LocalText().model_dump()}
