"""What may happen to an instance. A wait is addressed by its token and visit, and only a message by what it is about;
a foreign or late event changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from workflows.engine.record import record
from workflows.engine.state import Caller, Json, Status, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did something: a person's stable id and name as it was then, or a part of the system."""

    id: str
    name: str = ""
    source: str = "person"  # person | timer | system | api


SYSTEM = Actor(id="system", source="system")
CLOCK = Actor(id="timer", source="timer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A run begins with these JSON-encoded variables."""

    subject: Subject
    variables: Mapping[str, Json] = field(default_factory=dict)
    requester: str | None = None
    caller: Caller | None = None
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Signalled:
    """A decision reached the token that waits in visit `visit` of a node; `name` says which kind."""

    token: int
    visit: int
    name: str
    payload: Mapping[str, Json] = field(default_factory=dict)
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDue:
    """The due time of a wait has come; a timer of an older visit or attempt is foreign."""

    token: int
    visit: int
    attempt: int
    actor: Actor = CLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityDone:
    """Deferred work succeeded; its output is for the node."""

    token: int
    visit: int
    attempt: int
    output: Mapping[str, Json] = field(default_factory=dict)
    actor: Actor = SYSTEM


# Which exits for failures may take one: any that fits its code, only one that names the whole code, or none.
CaughtBy = Literal["any", "code", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFailed:
    """A wait cannot go on: its work failed for good, or what had to follow was refused.

    An exit of its node takes it, if it is `caught_by` one; otherwise a person must repair it.
    """

    token: int
    visit: int
    attempt: int
    code: str
    message: str
    params: Mapping[str, Json] = field(default_factory=dict)
    caught_by: CaughtBy = "any"
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A person asks to try the failed node of an incident again."""

    token: int
    visit: int
    attempt: int
    actor: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """A supervisor moves the run to a node; what it leaves behind is withdrawn."""

    target: str
    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack:
    """A supervisor sends the run back to a step that it came through; what that step led to is withdrawn."""

    target: str
    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A supervisor passes the failed step of an incident as if it were done; nothing else moves."""

    token: int
    visit: int
    attempt: int
    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """The run ends now, by a person's or a subject's wish."""

    actor: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """A message came. With a key one wait takes it, the oldest that listens; without one all that listen do.

    One that nobody listens for changes nothing; to keep it until somebody does is not the engine's affair.
    """

    name: str
    key: str | None = None
    payload: Mapping[str, Json] = field(default_factory=dict)
    actor: Actor = SYSTEM


class Fate(StrEnum):
    """What becomes of a wait when its run goes on in another version."""

    KEPT = "kept"  # as it is, with its votes, due time or pending work
    ANEW = "anew"  # withdrawn, and entered again in the new version
    RETRIED = "retried"  # an incident: tried again as the new version says, still the same visit


@record
class Move:
    """One token, the node it stands at, the one it goes on in, and how."""

    token: int
    node: str
    to: str
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """The run goes on in version `version`. `moves` has one for each of its tokens, as `migration.judge` found it."""

    before: int
    version: int
    moves: tuple[Move, ...]
    actor: Actor
    reason: str


@record
class Called:
    """A run that a wait called, as it stands; `output` are the variables that the wait wants, once it is over."""

    run: str
    item: int
    status: Status
    output: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledEnded:
    """Of the runs that a wait called, some are over. `standing` has all of them, so that telling it twice, late or for
    several at once is all the same.
    """

    token: int
    visit: int
    standing: tuple[Called, ...]
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCame:
    """A run is let in: nobody else is in its line."""

    token: int
    visit: int
    actor: Actor = SYSTEM


Addressed = Signalled | TimerDue | ActivityDone | CalledEnded | TurnCame
Resumption = Addressed | MessageReceived
Event = Started | Resumption | ActivityFailed | Repaired | Forced | SentBack | Skipped | CancelRequested | Migrated
