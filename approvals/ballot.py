"""The state of one open approval, as a token carries it: seats, answers, and how far its timeouts have come. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from approvals.candidates import Behalf, Candidate, read_candidate, read_candidates
from approvals.claims import Claim, kept, read_claim
from approvals.targets import Target
from approvals.voting import PLAIN, Cast, Mode, Rules, Tally, Voice, Vote, read_threshold, tally
from workflows.engine.events import Actor
from workflows.engine.state import Json

MICROSECOND = timedelta(microseconds=1)
_TARGET: TypeAdapter[Target] = TypeAdapter(Target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One counted answer. `by` is a person's id, or `timer` when a pool kept silent; `source` says how it came.

    One that is the `same_as` at an earlier step was not given here. One that `hands_on` lets somebody follow who was
    asked after it, and alone decides nothing where any one decides.
    """

    by: str
    name: str
    outcome: Vote
    at: datetime
    comment: str
    source: str
    scopes: tuple[str, ...]  # the seats it was given from
    voice: Voice = PLAIN
    hands_on: bool = False
    behalf: Behalf | None = None  # for whom, if not in their own name
    same_as: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)  # what was filled in with it

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "by": self.by, "name": self.name, "outcome": self.outcome.value, "at": self.at.isoformat(),
            "comment": self.comment, "source": self.source, "scopes": list(self.scopes),
        }  # fmt: skip
        if self.voice != PLAIN:
            document["voice"] = _voice_to_json(self.voice)
        if self.behalf is not None:
            document["behalf"] = asdict(self.behalf)
        if self.same_as:
            document["same_as"] = self.same_as
        if self.fields:
            document["fields"] = dict(self.fields)
        return document | {"hands_on": True} if self.hands_on else document


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where the row of timeouts stands for somebody whose time does not run: the step, and what is left of it."""

    step: int = 0
    left: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Somebody who is asked later: one `seat`, or whom a `target` names when the turn comes.

    It comes when those `behind` whom it waits have answered; without any, when nobody else is asked.
    """

    seat: Candidate | None = None
    target: Target | None = None
    behind: tuple[str, ...] = ()  # scopes
    clock: Clock = Clock()

    def to_json(self) -> dict[str, Any]:
        left = self.clock.left
        return {
            "seat": None if self.seat is None else self.seat.to_json(),
            "target": None if self.target is None else self.target.model_dump(mode="json"),
            "behind": list(self.behind),
            "step": self.clock.step,
            "left_us": None if left is None else left // MICROSECOND,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Who is still asked, who answered, and the running timeout.

    `revision` grows when people are asked otherwise (so a page that is open elsewhere is stale), not with answers:
    two voters of a countersign may answer at the same moment. `since` is when the running timeout began to count,
    `left` what is left of it after a transfer by hand (None: its whole length). `voices` are those that weigh
    otherwise than most, `added` says who added whom, both by scope. `position` is what the seat of a sequence was
    found by; `opened` is the weight that was asked at the opening of a vote.
    """

    rules: Rules
    seats: tuple[Candidate, ...]
    since: datetime
    revision: int = 1
    answers: tuple[Answer, ...] = ()
    step: int = 0
    left: timedelta | None = None
    transfers: int = 0
    turns: tuple[Turn, ...] = ()
    voices: Mapping[str, Voice] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)
    position: Target | None = None
    opened: int = 0
    claims: Mapping[str, Claim] = field(default_factory=dict)  # on pools, by scope
    reminded: datetime | None = None  # by hand, the last time

    @property
    def mode(self) -> Mode:
        """How many must agree."""
        return self.rules.mode

    def to_json(self) -> dict[str, Any]:
        """The token's data; `read_ballot` is its inverse. What most ballots do not have is left out."""
        document: dict[str, Any] = {
            "mode": self.mode.value,
            "seats": [seat.to_json() for seat in self.seats],
            "since": self.since.isoformat(),
            "revision": self.revision,
            "answers": [answer.to_json() for answer in self.answers],
            "step": self.step,
            "left_us": None if self.left is None else self.left // MICROSECOND,
            "transfers": self.transfers,
        }
        if self.mode is Mode.VOTE:
            document["rules"] = _rules_to_json(self.rules) | {"opened": self.opened}
        if self.turns:
            document["turns"] = [turn.to_json() for turn in self.turns]
        if self.voices:
            document["voices"] = {scope: _voice_to_json(voice) for scope, voice in self.voices.items()}
        if self.added:
            document["added"] = dict(self.added)
        if self.position is not None:
            document["position"] = self.position.model_dump(mode="json")
        if self.claims:
            document["claims"] = {scope: claim.to_json() for scope, claim in self.claims.items()}
        if self.reminded is not None:
            document["reminded"] = self.reminded.isoformat()
        return document

    def answered_by(self, id: str) -> Answer | None:  # noqa: A002 - a person's id is called id everywhere
        """This person's answer in this visit."""
        return next((answer for answer in self.answers if answer.by == id), None)

    def pending(self) -> tuple[Candidate, ...]:
        """The seats that have not answered: those that are asked, and those whose turn comes later."""
        return (*self.seats, *(turn.seat for turn in self.turns if turn.seat is not None))

    def with_answer(self, answer: Answer) -> "Ballot":
        """The seats that this answer was given from are no longer asked."""
        seats = tuple(seat for seat in self.seats if seat.scope not in answer.scopes)
        return replace(self, seats=seats, answers=(*self.answers, answer), claims=kept(self.claims, seats))

    def moved(
        self, seats: Iterable[Candidate], *, by_hand: bool, instead: Mapping[str, tuple[str, ...]] | None = None
    ) -> "Ballot":
        """Other people are asked from now on; `instead` tells by scope who came in whose place.

        Who waits behind somebody waits behind whoever came instead, and a voice goes over to the first of them.
        """
        transfers = self.transfers + 1 if by_hand else self.transfers
        seats = tuple(seats)
        claims = kept(self.claims, seats)
        moved = replace(self, seats=seats, revision=self.revision + 1, transfers=transfers, claims=claims)
        return moved.renamed(instead or {})

    def renamed(self, instead: Mapping[str, tuple[str, ...]]) -> "Ballot":
        """The same with other scopes in the places of these: what was said of the old ones holds of the new ones."""
        if not instead:
            return self
        turns = tuple(
            replace(turn, behind=tuple(dict.fromkeys(new for old in turn.behind for new in instead.get(old, (old,)))))
            for turn in self.turns
        )
        first = {old: new[0] for old, new in instead.items() if new}
        return replace(
            self, turns=turns,
            voices={first.get(scope, scope): voice for scope, voice in self.voices.items()},
            added={first.get(scope, scope): by for scope, by in self.added.items()},
        )  # fmt: skip

    def voice(self, scope: str) -> Voice:
        """What an answer from this seat is worth."""
        return self.voices.get(scope, PLAIN)

    def tally(self) -> Tally:
        """What the answers of this visit amount to."""
        cast = [Cast(outcome=one.outcome, voice=one.voice, hands_on=one.hands_on) for one in self.answers]
        silent = [self.voice(seat.scope) for seat in self.seats]
        silent += [PLAIN if turn.seat is None else self.voice(turn.seat.scope) for turn in self.turns]
        return tally(self.rules, cast=cast, silent=silent, opened=self.opened)


def read_ballot(data: dict[str, Any]) -> Ballot:
    """The ballot of a token's data."""
    left, position, rules = data["left_us"], data.get("position"), data.get("rules")
    return Ballot(
        rules=Rules(mode=Mode(data["mode"])) if rules is None else _read_rules(rules),
        seats=read_candidates(data["seats"]),
        since=datetime.fromisoformat(data["since"]),
        revision=data["revision"],
        answers=tuple(_read_answer(answer) for answer in data["answers"]),
        step=data["step"],
        left=None if left is None else left * MICROSECOND,
        transfers=data["transfers"],
        turns=tuple(_read_turn(turn) for turn in data.get("turns", ())),
        voices={scope: Voice(**voice) for scope, voice in data.get("voices", {}).items()},
        added=data.get("added", {}),
        position=None if position is None else _TARGET.validate_python(position),
        opened=0 if rules is None else rules["opened"],
        claims={scope: read_claim(claim) for scope, claim in data.get("claims", {}).items()},
        reminded=None if "reminded" not in data else datetime.fromisoformat(data["reminded"]),
    )


def answer_of(
    ballot: Ballot, actor: Actor, *, outcome: Vote, at: datetime, comment: str, scopes: Iterable[str],
    fields: Mapping[str, Json] = MappingProxyType({}),
) -> Answer:  # fmt: skip
    """The answer that this actor gives from these seats."""
    scopes = tuple(scopes)
    voices = [ballot.voice(scope) for scope in scopes]
    for_whom = [seat.behalf for seat in ballot.seats if seat.scope in scopes]
    followed = any(scope in turn.behind for turn in ballot.turns for scope in scopes)
    return Answer(
        by=actor.id, name=actor.name, outcome=outcome, at=at, comment=comment, source=actor.source, scopes=scopes,
        voice=voices[0] if voices else PLAIN,
        hands_on=ballot.mode is Mode.ANY and outcome is Vote.APPROVED and followed,
        # From a seat of their own as well, it is their own answer.
        behalf=for_whom[0] if for_whom and all(for_whom) else None,
        fields=fields,
    )  # fmt: skip


def _read_answer(document: dict[str, Any]) -> Answer:
    voice, behalf = document.get("voice"), document.get("behalf")
    return Answer(
        by=document["by"], name=document["name"], outcome=Vote(document["outcome"]),
        at=datetime.fromisoformat(document["at"]), comment=document["comment"],
        source=document["source"], scopes=tuple(document["scopes"]),
        voice=PLAIN if voice is None else Voice(**voice), hands_on=document.get("hands_on", False),
        behalf=None if behalf is None else Behalf(**behalf),
        same_as=document.get("same_as", ""), fields=document.get("fields", {}),
    )  # fmt: skip


def _read_turn(document: dict[str, Any]) -> Turn:
    seat, target, left = document["seat"], document["target"], document["left_us"]
    return Turn(
        seat=None if seat is None else read_candidate(seat),
        target=None if target is None else _TARGET.validate_python(target),
        behind=tuple(document["behind"]),
        clock=Clock(step=document["step"], left=None if left is None else left * MICROSECOND),
    )


def _voice_to_json(voice: Voice) -> dict[str, Any]:
    return {"weight": voice.weight, "veto": voice.veto, "must": voice.must}


def _rules_to_json(rules: Rules) -> dict[str, Any]:
    return {
        "approve": str(rules.approve), "reject": None if rules.reject is None else str(rules.reject),
        "fixed": rules.fixed, "early": rules.early, "abstain": rules.abstain,
    }  # fmt: skip


def _read_rules(document: dict[str, Any]) -> Rules:
    approve, reject = read_threshold(document["approve"]), document["reject"]
    if approve is None:
        raise ValueError(f"Expected a threshold, found {document['approve']!r}.")
    return Rules(
        mode=Mode.VOTE, approve=approve, reject=None if reject is None else read_threshold(reject),
        fixed=document["fixed"], early=document["early"], abstain=document["abstain"],
    )  # fmt: skip
