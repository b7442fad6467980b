"""Work that a step asks for: what its performer is told, and what deferred work answers when it was tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflows.engine.events import SYSTEM, Actor
from workflows.engine.record import record
from workflows.engine.state import Caller, Json, Subject


@record
class Work:
    """Work a step asks for, addressed to the wait that asked. Its key is (instance, node, visit, attempt)."""

    type: str  # the node type that performs it
    node: str
    token: int
    visit: int
    attempt: int
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What a performer may know of the run it works for; `actor` is who brought the step about."""

    instance: str
    definition_key: str
    definition_title: Mapping[str, str]
    version: int
    subject: Subject
    requester: str | None
    now: datetime
    caller: Caller | None = None
    actor: Actor = SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Deferred work, claimed after the commit. `effect_key` is the same for every retry of one visit."""

    context: RunContext
    work: Work
    variables: Mapping[str, Json]
    tries: int

    @property
    def effect_key(self) -> str:
        """Idempotency key of the external effect: instance, node and visit, not the try."""
        return f"{self.context.instance}:{self.work.node}:{self.work.visit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The work succeeded."""

    output: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The work failed or its outcome is unknown; try again after `after_seconds` unless tries are used up.

    `asked_seconds` is how long the other side asked to be left alone: no policy of the flow comes back earlier.
    `ails` is False when the whole of what was asked is not in trouble by it: it is no reason to leave it alone.
    """

    code: str
    message: str
    after_seconds: float
    params: Mapping[str, Json] = field(default_factory=dict)
    asked_seconds: float = 0
    is_outcome_unknown: bool = False
    ails: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The work failed for good, or nobody knows whether it was done and it may not be tried again."""

    code: str
    message: str
    params: Mapping[str, Json] = field(default_factory=dict)
    is_outcome_unknown: bool = False


JobResult = Done | Retry | GiveUp
