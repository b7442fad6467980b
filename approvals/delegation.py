"""Acting for somebody: who takes the seat of a person who has delegated, and which delegations may not be. Pure.

Only a seat of one person is delegated. A pool has other people, and stays what it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from approvals.candidates import Behalf, Candidate, Kind
from approvals.directory import Delegation, Directory, Person

MAX_CHAIN: Final = 5  # delegates one after the other; nobody means a longer way


class Broken(StrEnum):
    """Why a chain of delegations leads to nobody; then the seat stays with its owner."""

    CYCLE = "cycle"
    TOO_LONG = "too_long"
    UNABLE = "unable"  # somebody on the way may not decide (any more)
    AWAY = "away"  # the last one is on leave and has delegated to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Where delegations lead from somebody: `to` is None when they do not, and `broken` why a chain leads nowhere."""

    to: Person | None = None
    broken: Broken | None = None
    last: Person | None = None  # the one at whom a chain broke


def chain_from(owner: Person, *, directory: Directory, flow: str, at: datetime) -> Chain:
    """Who acts for this person at this instant in this flow: the end of the chain, if there is one."""
    walked = [owner]
    while (given := directory.delegation_of(walked[-1].id, flow=flow, at=at)) is not None:
        person = directory.person(given.to)
        if person is None or not person.may_decide:
            return Chain(broken=Broken.UNABLE, last=person)
        if person in walked:
            return Chain(broken=Broken.CYCLE, last=person)
        if len(walked) > MAX_CHAIN:
            return Chain(broken=Broken.TOO_LONG, last=person)
        walked.append(person)
    if len(walked) == 1:
        return Chain()
    if walked[-1].on_leave(at):
        return Chain(broken=Broken.AWAY, last=walked[-1])
    return Chain(to=walked[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """A seat after the rule: `code` and `params` say of whom it was said what, if it was more than nothing."""

    seat: Candidate
    code: str = ""
    about: Candidate | None = None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def said_of(self) -> Candidate:
        """Whom the line of the trace is about."""
        return self.about or self.seat


def barred(*, requester: str | None, voted: Iterable[str], holding: Iterable[Candidate]) -> dict[str, str]:
    """Who may act for nobody in this task, by id, and why: who asked, who holds a seat, who has answered."""
    seated = {seat.key: "seated" for seat in holding if seat.kind is Kind.USER}
    return seated | dict.fromkeys(voted, "voted") | ({} if requester is None else {requester: "requester"})


def acted_for(
    candidates: Sequence[Candidate], *, directory: Directory, flow: str, at: datetime, barred: Mapping[str, str],
    apart: bool,
) -> list[Acting]:  # fmt: skip
    """Each seat of a person who has delegated, with whoever acts for them. When nobody can, the owner keeps it.

    Where voices are counted `apart`, one human never has two: whoever has a seat takes no other.
    """
    own = {candidate.key for candidate in candidates if candidate.kind is Kind.USER}
    taken = dict.fromkeys(own, "seated") if apart else {}
    seats: list[Acting] = []
    for candidate in candidates:
        owner = directory.person(candidate.key) if candidate.kind is Kind.USER else None
        if owner is None:
            seats.append(Acting(seat=candidate))
            continue
        one = _acting(candidate, owner, chain_from(owner, directory=directory, flow=flow, at=at), {**taken, **barred})
        if one.seat.behalf is not None:
            if apart:
                taken[one.seat.key] = "seated"
            elif one.seat.key in own:
                one = replace(one, seat=replace(one.seat, behalf=None))  # they are asked in their own name as well
        seats.append(one)
    return seats


def _acting(candidate: Candidate, owner: Person, chain: Chain, barred: Mapping[str, str]) -> Acting:
    reason = chain.broken or (None if chain.to is None else barred.get(chain.to.id))
    if reason is not None:
        person = chain.to or chain.last or owner
        about = Candidate(kind=Kind.USER, key=person.id)
        return Acting(
            seat=candidate, code="skipped.delegate", about=about, params={"reason": str(reason), "owner": owner.name}
        )
    if chain.to is None:
        return Acting(seat=candidate)
    seat = Candidate(kind=Kind.USER, key=chain.to.id, behalf=Behalf(id=owner.id, name=owner.name))
    return Acting(seat=seat, code="assigned.delegate", params={"owner": owner.name})


def overlapping(wanted: Delegation, known: Iterable[Delegation]) -> Delegation | None:
    """One of the same person that would say something else of the same flow at the same time.

    One for named flows goes before one for all of them, so these two may stand beside each other.
    """
    for one in known:
        same = one.by == wanted.by and bool(one.flows) == bool(wanted.flows)
        if same and _meet(one, wanted):
            return one
    return None


def circle(wanted: Delegation, known: Sequence[Delegation]) -> tuple[str, ...] | None:
    """The people (ids) on a way back to who delegates, at an instant and in a flow that all on it have; None if none.

    A chain that is too long to be followed counts as well: its people, without the way back.
    """
    return _walk(wanted, known, (wanted.by, wanted.to))


def _walk(narrowed: Delegation, known: Sequence[Delegation], way: tuple[str, ...]) -> tuple[str, ...] | None:
    if way[-1] == way[0] or len(way) > MAX_CHAIN + 1:
        return way
    for one in known:
        if one.by != way[-1] or one.to in way[1:] or not _meet(one, narrowed):
            continue
        found = _walk(_common(narrowed, one), known, (*way, one.to))
        if found is not None:
            return found
    return None


def _meet(one: Delegation, other: Delegation) -> bool:
    together = one.start < other.end and other.start < one.end
    return together and (not one.flows or not other.flows or bool(one.flows & other.flows))


def _common(one: Delegation, other: Delegation) -> Delegation:
    """Where both hold."""
    both = one.flows & other.flows if one.flows and other.flows else one.flows or other.flows
    return Delegation(
        by=one.by, to=other.to, start=max(one.start, other.start), end=min(one.end, other.end), flows=both
    )
