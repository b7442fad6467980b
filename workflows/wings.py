"""What the wings add to runs without being known here: open tasks, who may look, what follows their end, and what
must always be true of their own rows.

Declared once when the process starts; plain functions of ids.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet

from accounts.models import User
from workflows.engine.work import RunContext, Work
from workflows.statement import Writes

TasksOf = Callable[[Sequence[str]], Mapping[str, Sequence[Mapping[str, Any]]]]
Witness = Callable[[User, Collection[str]], Collection[str]]

Hider = Callable[[User, Mapping[str, Mapping[str, Any]]], Mapping[str, frozenset[str]]]

RunsOf = Callable[[User], "QuerySet[Any, Any]"]
FlowWitness = Callable[[User], Collection[str]]
Namer = Callable[[str], Collection[str]]


class Janitor(Protocol):
    """Looks for work that the wing must do by itself; how much moved. Safe to run twice, cheap when idle."""

    def __call__(self, *, now: datetime) -> int: ...


class Recall(Protocol):
    """Runs that an event started, by id, newest first: since an instant, or about what goes by one of these names."""

    def __call__(self, *, since: datetime | None, names: Collection[str], limit: int) -> Sequence[str]: ...


Settle = Callable[[Sequence[RunContext]], None]
Offenders = Callable[[], Sequence[str]]

RowsOf = Callable[[Sequence[tuple[RunContext, Work]]], Sequence[Writes]]

_due_followers: list[str] = []
_tasks: list[TasksOf] = []
_rows: dict[str, RowsOf] = {}
_settlers: dict[str, Settle] = {}
_owned: set[str] = set()
_namers: dict[str, Namer] = {}
_recalls: dict[str, Recall] = {}
_witnesses: list[Witness] = []
_hiders: list[Hider] = []
_runs: list[RunsOf] = []
_flow_witnesses: list[FlowWitness] = []
_janitors: list[Janitor] = []
_openers: list[Janitor] = []
_invariants: dict[str, Offenders] = {}


def write_with(node_type: str, rows_of: RowsOf) -> None:
    """Declare which rows the inline work of a node type is, to be written by the statement that moves the runs.

    What cannot stand in one statement, because it writes a row again, comes in several, in their order.
    """
    _rows[node_type] = rows_of


def rows_of(node_type: str) -> RowsOf | None:
    """The declared way to the rows of a node type's inline work; None for a type that performs it by itself."""
    return _rows.get(node_type)


def follow_due_times(part: str) -> None:
    """Declare rows that repeat due times of waits: the queries of a WITH that bring them after `moved_rows`, which has
    the columns instance, token and due_at."""
    _due_followers.append(part)


def due_followers() -> tuple[str, ...]:
    """What has to follow when waits are armed anew, in the order of declaration."""
    return tuple(_due_followers)


def show_tasks(tasks_of: TasksOf) -> None:
    """Declare who can list the tasks of runs, by instance id."""
    _tasks.append(tasks_of)


def show_to(witness: Witness) -> None:
    """Declare who may see a run although no role says so: of the given ids the ones visible to a user."""
    _witnesses.append(witness)


def hide_variables(hider: Hider) -> None:
    """Declare who knows which variables of runs a user may not see, who sees these runs only because a wing shows them:
    of drawings by instance id the names by instance id."""
    _hiders.append(hider)


def show_all_to(runs_of: RunsOf) -> None:
    """Declare how to find all runs that a user may see for a reason of the wing: a query of their ids."""
    _runs.append(runs_of)


def show_flows_to(witness: FlowWitness) -> None:
    """Declare which flows, by key, a user may look at because of work in them."""
    _flow_witnesses.append(witness)


def own_subjects(subject_type: str) -> None:
    """Declare that runs about subjects of this type are started by the wing alone, which vouches for what they say."""
    _owned.add(subject_type)


def owns_subjects(subject_type: str) -> bool:
    """Whether runs about subjects of this type are started by a wing alone."""
    return subject_type in _owned


def name_subjects(subject_type: str, named: Namer) -> None:
    """Declare which subjects of this type, by id, go by a name that people know, such as an order number."""
    _namers[subject_type] = named


def subjects_named(name: str) -> dict[str, list[str]]:
    """The ids of the subjects that go by exactly this name, by their type; types without any are left out."""
    found = {subject_type: list(named(name)) for subject_type, named in _namers.items()}
    return {subject_type: ids for subject_type, ids in found.items() if ids}


def recall_with(trigger: str, recall: Recall) -> None:
    """Declare how the runs that this event started are found again, for rehearsals of other versions."""
    _recalls[trigger] = recall


def recall_of(trigger: str | None) -> Recall | None:
    """The declared way to the past runs of an event; None when there is none."""
    return None if trigger is None else _recalls.get(trigger)


def settle_after(subject_type: str, settle: Settle) -> None:
    """Declare what follows in the same transaction when runs about subjects of this type are over, however they end."""
    _settlers[subject_type] = settle


def settles(ended: Sequence[RunContext]) -> bool:
    """Whether anything follows the end of these runs."""
    return any(context.subject.type in _settlers for context in ended)


def settle(ended: Sequence[RunContext]) -> None:
    """Let the wings settle the subjects of runs that are over."""
    for subject_type, settler in _settlers.items():
        mine = [context for context in ended if context.subject.type == subject_type]
        if mine:
            settler(mine)


def tasks_of(instance_ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """All tasks that the wings show, by instance id."""
    found: dict[str, list[Mapping[str, Any]]] = {instance: [] for instance in instance_ids}
    for ask in _tasks:
        for instance, tasks in ask(instance_ids).items():
            found[instance].extend(tasks)
    return found


def visible_to(user: User, instance_ids: Collection[str]) -> set[str]:
    """The runs of these that some wing shows to this user."""
    return {str(one) for ask in _witnesses for one in ask(user, instance_ids)}


def hidden_from(user: User, graphs: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The variables of these runs (their drawings by instance id) that some wing hides from this user."""
    found: dict[str, frozenset[str]] = {}
    for ask in _hiders:
        for instance, names in ask(user, graphs).items():
            found[instance] = found.get(instance, frozenset()) | names
    return found


def runs_visible_to(user: User) -> "list[QuerySet[Any, Any]]":
    """All runs that some wing shows to this user, as queries of their ids that have not been asked yet."""
    return [ask(user) for ask in _runs]


def flows_visible_to(user: User) -> set[str]:
    """Keys of the flows that some wing shows to this user."""
    return {key for ask in _flow_witnesses for key in ask(user)}


def sweep_with(janitor: Janitor) -> None:
    """Declare what every sweep of the scheduler also asks."""
    _janitors.append(janitor)


def janitors() -> tuple[Janitor, ...]:
    """What every sweep asks, in the order of declaration."""
    return tuple(_janitors)


def sweep_before_due_times(janitor: Janitor) -> None:
    """Declare what a sweep does before it fires due times, because it was promised for an earlier moment."""
    _openers.append(janitor)


def openers() -> tuple[Janitor, ...]:
    """What a sweep does before it fires due times, in the order of declaration."""
    return tuple(_openers)


def hold_true(name: str, offenders: Offenders) -> None:
    """Declare what must always be true of a wing's rows: `offenders` reads, and gives the ids for which it is not."""
    _invariants[name] = offenders


def invariants() -> dict[str, Offenders]:
    """What the wings hold to be true, by name."""
    return dict(_invariants)
