"""What did happen to an instance, one value per kind of fact. Folding them gives the state."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from workflows.engine.record import record
from workflows.engine.state import Awaits, Caller, Json, Subject, Subscription


@record
class Started:
    """The run began with one token at its start node."""

    kind: ClassVar[str] = "started"
    node: str
    token: int
    subject: Subject
    variables: Mapping[str, Json]
    requester: str | None
    caller: Caller | None = None


@record
class Moved:
    """A token left a node by a port and is on its way to `to`, under a new number if it had stood.

    `waited` tells whether an event woke it, or it only passed. `renewed` are back edges whose passes are counted
    anew from here, because their loops lie inside the one that goes into its next round. `remembers` is what the node
    leaves for those after it.
    """

    kind: ClassVar[str] = "moved"
    token: int
    node: str
    visit: int
    port: str
    edge: str
    to: str
    counted: bool  # passes of this edge are counted, because it closes a loop
    waited: bool
    output: Mapping[str, Json]
    why: Mapping[str, Json] | None
    renewed: tuple[str, ...] | None = None
    remembers: Mapping[str, Json] | None = None


@record
class Waited:
    """A token came to a stand and awaits something."""

    kind: ClassVar[str] = "waited"
    token: int
    node: str
    visit: int
    attempt: int
    awaits: Awaits
    data: Json
    since: datetime
    due_at: datetime | None
    listens: tuple[Subscription, ...] | None = None


@record
class Changed:
    """A waiting token's own data, due time or attempt changed while it stands. `kept` says that its data did not.

    `why` is there when it is not the wait's own doing: a calendar was edited.
    """

    kind: ClassVar[str] = "changed"
    token: int
    node: str
    visit: int
    attempt: int
    awaits: Awaits
    data: Json
    due_at: datetime | None
    listens: tuple[Subscription, ...] | None = None
    kept: bool | None = None
    why: Mapping[str, Json] | None = None


@record
class Branch:
    """One child of a fork."""

    token: int
    port: str
    edge: str
    to: str
    counted: bool


@record
class Forked:
    """A token became one token per branch; `why` tells the choice of those that were taken."""

    kind: ClassVar[str] = "forked"
    token: int
    node: str
    visit: int
    branches: tuple[Branch, ...]
    why: Mapping[str, Json] | None = None


@record
class Joined:
    """All branches of this visit that were under way arrived: `token` goes on, the others are absorbed."""

    kind: ClassVar[str] = "joined"
    token: int
    node: str
    visit: int
    absorbed: tuple[int, ...]


@record
class Ended:
    """A token reached an end node and is gone."""

    kind: ClassVar[str] = "ended"
    token: int
    node: str
    visit: int
    outcome: str


@record
class Withdrawn:
    """A token was taken away, because of a force-advance, a cancellation or an end of the whole run.

    `skips` says that it left behind an effect that was asked for and is not known to have happened.
    """

    kind: ClassVar[str] = "withdrawn"
    token: int
    node: str
    visit: int
    reason: str
    skips: bool | None = None


@record
class Failed:
    """A token cannot go on: an incident that a person repairs."""

    kind: ClassVar[str] = "failed"
    token: int
    node: str
    visit: int
    attempt: int
    code: str
    message: str
    params: Mapping[str, Json]
    since: datetime


@record
class Retried:
    """A person asked to enter a failed node again, under a new number; the visit stays the same."""

    kind: ClassVar[str] = "retried"
    token: int
    node: str
    visit: int
    attempt: int
    reason: str


@record
class Noted:
    """A line for the history that moves nothing: a vote, a transfer, a comment."""

    kind: ClassVar[str] = "noted"
    token: int
    node: str
    visit: int
    what: str
    data: Mapping[str, Json]


@record
class Forced:
    """A supervisor put a new token at `node`; `left` are the nodes whose tokens were withdrawn for it.

    `via` is the edge by which it came, as if the step before it were done: where one step was passed.
    """

    kind: ClassVar[str] = "forced"
    token: int
    node: str
    reason: str
    left: tuple[str, ...]
    via: str | None = None


@record
class Returned:
    """A step sent the run back: a new token is at `node`. `by` and `visit` name the step, None for a supervisor.

    `left` are the nodes whose tokens were taken away for it. `resumes` is the step that it goes on with when `node` is
    left. `why` tells what was said. `data` is what the token brings along for its node.
    """

    kind: ClassVar[str] = "returned"
    token: int
    node: str
    by: str | None
    visit: int | None
    left: tuple[str, ...]
    resumes: str | None
    counted: bool  # returns of this step are counted
    why: Mapping[str, Json]
    output: Mapping[str, Json] | None = None
    via: str | None = None
    data: Json = None


@record
class Resumed:
    """A token left a node by a port and went on with the step that had returned the run to it, past those between.

    `output` are the variables that were set, by its node and on the way that it did not walk; `remembers` is what the
    node leaves for those after it.
    """

    kind: ClassVar[str] = "resumed"
    token: int
    node: str
    visit: int
    port: str
    to: str
    output: Mapping[str, Json]
    why: Mapping[str, Json] | None
    remembers: Mapping[str, Json] | None = None


@record
class Migrated:
    """The run goes on in another version. `moves` tell of each token its node, where it goes on, how (`events.Fate`)
    and under which number.
    """

    kind: ClassVar[str] = "migrated"
    before: int
    version: int
    reason: str
    moves: tuple[tuple[int, str, str, str, int], ...]


@record
class Completed:
    """No token is left: the run is over."""

    kind: ClassVar[str] = "completed"
    outcome: str


@record
class Cancelled:
    """The run was ended by a person's or its subject's wish."""

    kind: ClassVar[str] = "cancelled"
    reason: str


Fact = (
    Started
    | Moved
    | Waited
    | Changed
    | Forked
    | Joined
    | Ended
    | Withdrawn
    | Failed
    | Retried
    | Noted
    | Forced
    | Returned
    | Resumed
    | Migrated
    | Completed
    | Cancelled
)
