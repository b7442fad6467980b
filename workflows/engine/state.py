"""Where an instance stands: tokens, variables and counters. Changed by facts only (`fold.apply`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflows.engine.record import record

Json = Any  # a JSON value: documents at the edge of the engine are not typed further


class Awaits(StrEnum):
    """What a token is waiting for; only the matching event may touch it."""

    NOTHING = "nothing"  # moving; never stored at the end of a step
    SIGNAL = "signal"  # a person or another part of the system decides
    TIMER = "timer"  # only its due time
    ACTIVITY = "activity"  # deferred work that a job performs
    MESSAGE = "message"  # the first of the messages that it listens for
    RUNS = "runs"  # the runs of other flows that it called
    TURN = "turn"  # that nobody else is in its line
    SIBLINGS = "siblings"  # the other branches, at a join
    REPAIR = "repair"  # a person must repair an incident


class Status(StrEnum):
    """The life of an instance."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a run is about: a reference, a title for people and facts to show."""

    type: str
    id: str
    title: str = ""
    facts: tuple[Json, ...] = ()


NO_SUBJECT = Subject(type="", id="")


def encode_subject(subject: Subject) -> dict[str, Json]:
    """The JSON of a subject."""
    return {
        "type": subject.type, "id": subject.id, "title": subject.title, "facts": list(subject.facts),
    }  # fmt: skip


def decode_subject(document: Mapping[str, Json]) -> Subject:
    """The subject of its JSON."""
    return Subject(
        type=document["type"], id=document["id"], title=document["title"],
        facts=tuple(document["facts"]),
    )  # fmt: skip


@record
class Caller:
    """Which wait of which run called a run. `item` tells the runs of one wait apart; `wants` are the variables that the
    wait takes when the run is over. `waits` is False when nobody does. `depth` counts the callers above the run.
    """

    instance: str
    token: int
    node: str
    visit: int
    item: int
    waits: bool
    wants: tuple[str, ...]
    depth: int


def encode_caller(caller: Caller | None) -> Json:
    """The JSON of a caller; None of a run that nobody called."""
    if caller is None:
        return None
    return {
        "instance": caller.instance, "token": caller.token, "node": caller.node, "visit": caller.visit,
        "item": caller.item, "waits": caller.waits, "wants": list(caller.wants), "depth": caller.depth,
    }  # fmt: skip


def decode_caller(document: Mapping[str, Json] | None) -> Caller | None:
    """The caller of its JSON."""
    if document is None:
        return None
    return Caller(**{**document, "wants": tuple(document["wants"])})


@record
class Subscription:
    """A message that a wait listens for: of this name and with this key, or without any if there is none here."""

    name: str
    key: str | None = None


def encode_subscriptions(listens: Iterable[Subscription] | None) -> Json:
    """The JSON of what a wait listens for; None when it does not."""
    return [[one.name, one.key] for one in listens] if listens else None


def decode_subscriptions(document: Iterable[Json]) -> tuple[Subscription, ...]:
    """What a wait listens for, of its JSON."""
    return tuple(Subscription(name=name, key=key) for name, key in document)


@record
class Token:
    """Where a run stands. `visit` counts entries into the node, `attempt` re-arms of its wait.

    Whoever keeps messages until they are wanted finds in `listens` what each wait wants. `resumes` is the step that
    returned the run to this one, and that it goes on with when this one is left.
    """

    id: int
    node: str
    via: str | None = None
    visit: int = 0
    awaits: Awaits = Awaits.NOTHING
    attempt: int = 0
    since: datetime | None = None
    due_at: datetime | None = None
    data: Json = None
    listens: tuple[Subscription, ...] = ()
    resumes: str | None = None


@dataclass(slots=True)
class State:
    """One run. `seq` counts its facts and is its revision; `rounds` counts passes of back edges.

    A loop is counted within one round of the loop around it; visits of a node are counted over the whole run, and so
    are `returns`, by the node that returned it.

    `memory` is what nodes left for those after them when a token left, by node; `void` there says that the run went
    back since.
    """

    subject: Subject = NO_SUBJECT
    requester: str | None = None
    caller: Caller | None = None
    status: Status | None = None
    tokens: dict[int, Token] = field(default_factory=dict)
    variables: Mapping[str, Json] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    rounds: Mapping[str, int] = field(default_factory=dict)
    returns: Mapping[str, int] = field(default_factory=dict)
    next_token: int = 1
    seq: int = 0
    memory: Mapping[str, Json] = field(default_factory=dict)

    def number_after(self, token: Token) -> int:
        """The number under which a token leaves its node, or enters it again.

        One that ever stood gets a new one: an answer to its old wait, come late or twice, then finds nobody.
        """
        return self.next_token if token.visit else token.id

    def renumber(self, token: Token) -> int:
        """The same number, which is taken from now on."""
        if not token.visit:
            return token.id
        self.next_token += 1
        return self.next_token - 1

    def copy(self) -> "State":
        """An independent state. What is inside of its tables is shared, because facts replace it whole."""
        return State(
            self.subject, self.requester, self.caller, self.status, self.tokens.copy(), self.variables,
            self.visits.copy(), self.rounds, self.returns, self.next_token, self.seq, self.memory,
        )  # fmt: skip
