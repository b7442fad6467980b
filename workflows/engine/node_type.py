"""The kind of a node: its config schema, its ports, and how a token behaves in it.

The deciding half (`ports`, `check`, `compile`, `enter`, `resume`, `withdrawn`) is pure. The doing half
(`perform_inline`, `perform`) is called by the shell only and calls one action. A node type never names the next
node: it names a port.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, TypeVar

from bedrock.errors import OrderflowError
from workflows.engine.choice import Choice
from workflows.engine.events import Actor, Called, Resumption
from workflows.engine.graph import Document, LocalText
from workflows.engine.record import record
from workflows.engine.rehearsal import Foreseen
from workflows.engine.state import Awaits, Json, State, Subject, Subscription, Token
from workflows.engine.variables import Variable
from workflows.engine.work import Job, JobResult, RunContext, Work
from workflows.engine.world import World


class Config(Document):
    """The settings of a node. A subclass's JSON schema, with its `ui` hints, draws the property panel."""


C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An exit of a node. `required` ports must have an edge before a flow can be published."""

    port: str
    name: LocalText = field(default_factory=LocalText)
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRule:
    """How the palette explains the ports of a type: fixed ones, one per branch in a config field, or none.

    Branches that are `joined` run side by side and meet in a node of the same type without branches.
    """

    kind: Literal["fixed", "branches", "none"] = "fixed"
    ports: tuple[Port, ...] = (Port(port="out"),)
    field: str | None = None
    otherwise: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A reason why a graph cannot (error) or should not (warning) be published, tied to a place."""

    code: str
    message: str
    node: str | None = None
    edge: str | None = None
    severity: Literal["error", "warning"] = "error"
    path: str | None = None
    span: tuple[int, int] | None = None
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What a node type may look at when it checks its config at publish."""

    variables: tuple[Variable, ...]
    world: World
    now: datetime
    flow: str = ""  # the key of the flow, if it has one yet
    steps: Mapping[str, str] = field(default_factory=dict)  # the types of all its nodes, by id
    node: str = ""  # the one that is checked


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRule:
    """That a step returns the run by itself: to a step, to the nearest (None), or to whoever asked for the run. As in
    `Return`; `path` names the setting that says so.
    """

    to: str | None
    resumes: bool
    crosses: bool
    path: str
    to_requester: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Generic[C]):
    """A node of one version as its type sees it. `program` is what `compile` returned, `flow` the key of the flow."""

    id: str
    name: LocalText
    config: C
    program: Any
    flow: str = ""  # of a drawing that is not stored, none


@record
class Scope(Generic[C]):
    """What a node sees when a token enters or wakes in it, for as long as it decides."""

    _place: Place[C]
    _token: Token
    _state: State
    visit: int
    attempt: int
    now: datetime
    world: World

    @property
    def node(self) -> str:
        """The id of the node."""
        return self._place.id

    @property
    def name(self) -> LocalText:
        """What people call the node."""
        return self._place.name

    @property
    def flow(self) -> str:
        """The key of the flow; empty for a drawing that is not stored."""
        return self._place.flow

    @property
    def config(self) -> C:
        """The settings of the node."""
        return self._place.config

    @property
    def program(self) -> Any:
        """What `compile` returned for these settings."""
        return self._place.program

    @property
    def data(self) -> Json:
        """What the wait keeps for itself; on entering, what a token that came back brings along, or None."""
        return self._token.data

    @property
    def since(self) -> datetime | None:
        """When the wait began; None on entering."""
        return self._token.since

    @property
    def awaits(self) -> Awaits:
        """What the wait is for; nothing on entering."""
        return self._token.awaits

    @property
    def due_at(self) -> datetime | None:
        """When the wait comes due, if it does."""
        return self._token.due_at

    @property
    def variables(self) -> Mapping[str, Json]:
        """The run's variables, JSON-encoded."""
        return self._state.variables

    @property
    def memory(self) -> Mapping[str, Json]:
        """What nodes left for those after them, by node; `seq` tells the order, `void` that the run went back since."""
        return self._state.memory

    def waits_at(self, node: str) -> Sequence[Json]:
        """What the waits at another node keep for themselves."""
        return [token.data for token in self._state.tokens.values() if token.node == node and token.data is not None]

    @property
    def subject(self) -> Subject:
        """What the run is about."""
        return self._state.subject

    @property
    def requester(self) -> str | None:
        """Who asked for the run."""
        return self._state.requester


@record
class Note:
    """Something worth a line in the history that does not move the token: a vote, a transfer, a comment."""

    what: str
    data: Mapping[str, Json] = field(default_factory=dict)
    actor: Actor | None = None


@record
class Continue:
    """The token leaves by a port. `output` sets variables; `why` explains the choice in the history.

    `withdraws` names nodes whose other tokens are taken away before, wherever in them they stand. `remembers` is left
    for the nodes after this one (`Scope.memory`); its `people` took part, and may not force what they took part in.
    """

    port: str = "out"
    output: Mapping[str, Json] = field(default_factory=dict)
    why: Mapping[str, Json] | None = None
    work: tuple[Mapping[str, Json], ...] = ()
    notes: tuple[Note, ...] = ()
    withdraws: tuple[str, ...] = ()
    remembers: Mapping[str, Json] | None = None


@record
class Return:
    """The run goes back to an earlier step, by its id, or to the nearest one (None) at which people were asked; or
    `to_requester`, who is asked at its start.

    It `resumes` here when that step is left, if the way still leads here. What other branches of a fork around this
    step are at is taken away if it `crosses` them, and what has acted outside may act again if it `repeats` it;
    otherwise such a way back is refused. `limit` is how often this step may return the run,
    `seen` the number of the run's last fact when it was wanted. When there is no way back,
    `otherwise` is what happens, with the reason; without it the event is refused.
    """

    to: str | None
    resumes: bool = False
    crosses: bool = False
    repeats: bool = False
    limit: int | None = None
    seen: int | None = None
    why: Mapping[str, Json] = field(default_factory=dict)
    work: tuple[Mapping[str, Json], ...] = ()
    notes: tuple[Note, ...] = ()
    otherwise: Continue | None = None
    to_requester: bool = False


@record
class Fork:
    """One token leaves by each of these ports. `why` explains the choice in the history."""

    ports: tuple[str, ...]
    why: Mapping[str, Json] | None = None


@record
class Wait:
    """The token stays. `work` holds payloads for the type's own performer (inline or deferred, as it declares).

    `data` replaces the token's data. `due_at` arms the one timer of the token; None disarms it. Of several due times
    only the first can ever come, so one is enough beside any number of messages in `listens`: what comes first takes
    the token, and with it the rest is void. Returned from `resume` it re-arms: `attempt` grows when `due_at` changes or
    `deferred` work is asked for again. `at_once` holds payloads that a type whose work is deferred does inline.
    """

    awaits: Awaits
    data: Json = None
    due_at: datetime | None = None
    work: tuple[Mapping[str, Json], ...] = ()
    notes: tuple[Note, ...] = ()
    listens: tuple[Subscription, ...] = ()
    at_once: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """This event means nothing here: nothing changes."""


@record
class End:
    """The token is consumed; with `whole_run` every other token of the run is withdrawn."""

    outcome: str = ""
    whole_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """It cannot go on: it is left by the exit that takes this failure, or else is an incident that a person repairs."""

    code: str
    message: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The event itself is not allowed (who, when, what): nothing changes and the caller gets this error."""

    error: OrderflowError


Outcome = Continue | Return | Fork | Wait | Ignore | End | Fail | Refuse


# What a node with several edges in waits for: one token of each edge, or all tokens of its fork that are under way.
Synchronizes = Literal["nothing", "edges", "branches"]


class NodeType(ABC, Generic[C]):
    """One kind of node. One file, one class, no state."""

    key: ClassVar[str]
    title: ClassVar[LocalText]
    description: ClassVar[LocalText] = LocalText()
    category: ClassVar[Literal["control", "approval", "order", "data"]]
    icon: ClassVar[str]
    performs: ClassVar[Literal["nothing", "inline", "deferred"]] = "nothing"
    port_rule: ClassVar[PortRule] = PortRule()
    is_start: ClassVar[bool] = False
    is_end: ClassVar[bool] = False
    ends_run: ClassVar[bool] = False  # an end not only of its own token
    synchronizes: ClassVar[Synchronizes] = "nothing"
    withdraws: ClassVar[bool] = False  # takes away tokens of other nodes, those of its `region`
    asks_people: ClassVar[bool] = False  # a run may go back to it
    waits: ClassVar[bool] = False  # a token stands here until something outside happens
    calls_flows: ClassVar[bool] = False  # it calls runs of other flows, which its token answers for until it has left
    external_effect: ClassVar[bool] = False  # money or goods move; skipping it must be said
    moves_amount: ClassVar[bool] = False  # its effect moves the very amount that the run is about
    possible_answers: ClassVar[
        tuple[str, ...]
    ] = ()  # what people may answer at this wait; a rehearsal assumes the first
    max_tries: ClassVar[int] = 5
    default_config: ClassVar[Mapping[str, Json]] = {}  # what a freshly drawn node has
    Config: type[C]

    def ports(self, config: C) -> tuple[Port, ...]:  # noqa: ARG002 - types with fixed ports ignore the config
        """The exits this node offers."""
        return self.port_rule.ports

    def check(self, config: C, context: CheckContext) -> Sequence[Problem]:  # noqa: ARG002
        """Every reason why this config cannot be published (without `node`; validation adds it)."""
        return ()

    def compile(self, config: C, variables: tuple[Variable, ...]) -> Any:  # noqa: ARG002
        """Whatever is worth preparing once per version, e.g. parsed conditions."""
        return None

    def returns(self, config: C) -> ReturnRule | None:  # noqa: ARG002
        """Where this node returns a run to by itself, if it does."""
        return None

    def region(self, config: C) -> Sequence[str]:  # noqa: ARG002
        """Ids of the nodes whose tokens are taken away when a token passes here."""
        return ()

    def required(self, config: C, variables: Mapping[str, Json], world: World) -> Sequence[Problem]:  # noqa: ARG002
        """What a person who starts a run has still to say for this node; `path` is the name of a variable."""
        return ()

    def choices(self, config: C, requester: str, world: World) -> Sequence[Choice]:  # noqa: ARG002
        """What this person (an id), who starts a run, has to choose for this node."""
        return ()

    @abstractmethod
    def enter(self, scope: Scope[C]) -> Outcome:
        """A token arrived."""

    def resume(self, scope: Scope[C], event: Resumption) -> Outcome:  # noqa: ARG002
        """A waiting token was woken by an event addressed to it."""
        return Ignore()

    def took_part(self, data: Json) -> Sequence[str]:  # noqa: ARG002
        """Ids of the people who have had their say in a wait that goes on."""
        return ()

    def withdrawn(self, scope: Scope[C], reason: str) -> tuple[Mapping[str, Json], ...]:  # noqa: ARG002
        """Inline work to do when a wait ends without us (force, cancel)."""
        return ()

    def migrated(self, scope: Scope[C]) -> tuple[Mapping[str, Json], ...]:  # noqa: ARG002
        """Inline work to do when a wait goes on in another version of its flow."""
        return ()

    def reckoned(self, scope: Scope[C]) -> datetime | None:  # noqa: ARG002
        """When the wait as it stands is due by the calendars of now; None if it does not go by any.

        May raise NoOpenTime.
        """
        return None

    def foreseen(self, scope: Scope[C], answer: str, by: str | None) -> Sequence[Foreseen]:  # noqa: ARG002
        """Who may give this answer to the wait as it stands, in order; with `by` (a username) nobody but them."""
        return ()

    def supposed_output(self, scope: Scope[C], given: Mapping[str, Json]) -> Mapping[str, Json]:  # noqa: ARG002
        """What deferred work answers in a rehearsal when it succeeds; `given` is what the script says of it."""
        return given

    def supposed_runs(self, scope: Scope[C], given: Mapping[str, Json]) -> Sequence[Called]:  # noqa: ARG002
        """How the runs that a wait has called stand in a rehearsal when they are over; `given` is what each leaves."""
        return ()

    def asked(self, payload: Mapping[str, Json]) -> Mapping[str, Json] | None:  # noqa: ARG002
        """What this inline work tells of who is asked: `{candidates, trace, due_at, due_does}`; None if nothing."""
        return None

    def perform_inline(self, works: Sequence[tuple[RunContext, Work]]) -> None:
        """Do the inline work of one step, or of a batch of steps of several runs, inside its transaction.

        One statement for all of it if possible. The order of the works of one run is kept.
        """
        raise NotImplementedError(f"{self.key} declares no inline work")

    def target(self, payload: Mapping[str, Json]) -> str:  # noqa: ARG002
        """Whom this deferred work asks, at most 100 characters: what is slow or broken there holds up its own only."""
        return self.key

    def perform(self, job: Job) -> JobResult:
        """Do deferred work after the commit, outside of any lock; must be idempotent by `job.effect_key`."""
        raise NotImplementedError(f"{self.key} declares no deferred work")
