"""Reading runs: the list, one run with where it stands, its history. A fixed number of statements each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.policy import Role
from bedrock.errors import Forbidden, NotFound, OrderflowError
from workflows import store
from workflows.codec import encode_state, read_state
from workflows.engine.registry import registry
from workflows.engine.replay import Recorded, replay
from workflows.engine.state import Awaits
from workflows.engine.withdrawing import withdrawal_problem
from workflows.engine.world import World
from workflows.models import (
    AuditEntry,
    CalledRun,
    Definition,
    DefinitionVersion,
    HistoryEvent,
    Incident,
    Instance,
    PublishRequest,
    Timer,
    Turn,
)
from workflows.plans import release_of
from workflows.redaction import NOTHING, Redaction
from workflows.store import Loaded
from workflows.wings import hidden_from, subjects_named, tasks_of, visible_to

STUCK_AFTER = timedelta(hours=24)
SEES_ALL = (Role.SUPERVISOR, Role.AUDITOR)
NEWEST = 200  # runs about one subject that are looked through for a relation, or that are shown of one caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of runs is narrowed to; None means everything."""

    status: str | None = None
    definition: str | None = None
    subject: str | None = None
    stuck: bool = False


def present_world() -> World:
    """The world as its rows are now, for rooms that show what decisions would read; one statement."""
    return store.present_world()


def present_run(instance_id: str) -> Loaded | None:
    """A run as it stands, with its compiled version, whoever may see it; one statement."""
    return store.read(instance_id)


def instances(filters: Filters, *, user: User, now: datetime) -> QuerySet[Instance]:
    """The runs a user may see, by role; runs seen by relation only are found by `subject` or id."""
    rows = Instance.objects.select_related("version__definition")
    about = None if filters.subject is None else _about(filters.subject)
    if not user.has_role(*SEES_ALL):
        rows = rows.filter(_seen_by(user, rows, about=about))
    if filters.status is not None:
        rows = rows.filter(status=filters.status)
    if filters.definition is not None:
        rows = rows.filter(version__definition__key=filters.definition)
    if about is not None:
        rows = rows.filter(about)
    if filters.stuck:
        timed = Timer.objects.filter(instance=OuterRef("pk"), due_at__gt=now)
        in_line = Turn.objects.filter(instance=OuterRef("pk"), is_in=False)
        quiet = Q(updated_at__lt=now - STUCK_AFTER) & ~Exists(timed) & ~Exists(in_line)
        rows = rows.filter(Q(incidents__gt=0) | quiet, status="running")
    return rows


def _about(subject: str) -> Q:
    """Runs about the subject with exactly this id, or about one that goes by exactly this name."""
    about = Q(subject_id=subject)
    for subject_type, ids in subjects_named(subject).items():
        about |= Q(subject_type=subject_type, subject_id__in=ids)
    return about


def _seen_by(user: User, rows: QuerySet[Instance], *, about: Q | None) -> Q:
    """Own requests; of the newest runs about a named subject also those that a wing shows."""
    own = Q(requester=str(user.pk))
    if about is None:
        return own
    newest = rows.filter(about).order_by("-started_at", "-id").values_list("pk", flat=True)[:NEWEST]
    return own | Q(pk__in=visible_to(user, [str(one) for one in newest]))


def why_not_withdrawn(row: Instance, *, user: User) -> OrderflowError | None:
    """Why this user may not cancel a run without being a supervisor: who asked may, and a program for its own
    subjects, as long as its start allows it (`withdrawal_problem`)."""
    own = row.requester == str(user.pk) or (
        Role.INTEGRATION in user.roles and str(row.pk) in visible_to(user, [str(row.pk)])
    )
    if not own:
        return Forbidden("cancel.not_open_to_you", "Expected a request of yours, found one of somebody else.")
    return withdrawal_problem(release_of(str(row.version_id)).plan, read_state(row.state))


def visible_instance(instance_id: str, *, user: User) -> Instance | None:
    """The run, if this user may see it: by role, as its requester, or because a wing shows it."""
    row = Instance.objects.select_related("version__definition").filter(pk=instance_id).first()
    if row is None:
        return None
    seen = user.has_role(*SEES_ALL) or row.requester == str(user.pk) or instance_id in visible_to(user, [instance_id])
    return row if seen else None


def visible_runs(instance_ids: Collection[str], *, user: User) -> set[str]:
    """Of these runs the ones this user may see: by role, as their requester, or because a wing shows them."""
    if user.has_role(*SEES_ALL) or not instance_ids:
        return set(instance_ids)
    own = Instance.objects.filter(pk__in=instance_ids, requester=str(user.pk)).values_list("pk", flat=True)
    return {str(one) for one in own} | visible_to(user, instance_ids)


def instances_of(subject_type: str, subject_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Short pictures of the runs about these subjects, by subject id, oldest first; one statement."""
    rows = Instance.objects.select_related("version__definition")
    rows = rows.filter(subject_type=subject_type, subject_id__in=subject_ids)
    found: dict[str, list[dict[str, Any]]] = {subject: [] for subject in subject_ids}
    for row in rows.order_by("started_at"):
        found[row.subject_id].append(
            {
                "id": str(row.pk), "definition": _definition(row), "version": row.version.number,
                "status": row.status, "nodes": sorted(token["node"] for token in row.state["tokens"]),
            }
        )  # fmt: skip
    return found


def redactions(rows: Sequence[Instance], *, user: User) -> dict[str, Redaction]:
    """How these runs, which this user may see, are shown to them, by instance id.

    Whoever watches over all runs, asked for one, or placed its subject as a program, sees all of it.
    """
    graphs = {str(row.pk): row.version.graph for row in rows if row.requester != str(user.pk)}
    hidden = {} if user.has_role(*SEES_ALL, Role.INTEGRATION) else hidden_from(user, graphs)
    return {str(row.pk): Redaction(hidden.get(str(row.pk), NOTHING), row.version.graph) for row in rows}


def pictures(rows: Sequence[Instance], *, user: User, now: datetime) -> list[dict[str, Any]]:
    """Runs as the contract shows them in lists, as far as this user may see them: two statements for all of them, and
    those of whoever hides variables of some."""
    ids, shown = [str(row.pk) for row in rows], redactions(rows, user=user)
    tasks = tasks_of(ids)
    incidents: dict[str, list[dict[str, Any]]] = {one: [] for one in ids}
    for incident in Incident.objects.filter(instance__in=ids).order_by("opened_at"):
        run = str(incident.instance)
        incidents[run].append(shown[run].incident(_incident(incident)))
    return [
        _picture(row, shown[str(row.pk)], tasks=tasks[str(row.pk)], incidents=incidents[str(row.pk)], now=now)
        for row in rows
    ]


def caller_of(row: Instance) -> dict[str, Any] | None:
    """The run that called this one, and the step that did; None when none did. At most one statement."""
    caller = row.state.get("caller")
    if caller is None:
        return None
    calling = Instance.objects.select_related("version__definition").defer("state").get(pk=caller["instance"])
    return {
        "instance": caller["instance"], "definition": _definition(calling), "version": calling.version.number,
        "node": caller["node"], "visit": caller["visit"], "item": caller["item"], "waits": caller["waits"],
    }  # fmt: skip


def called_by(row: Instance) -> list[dict[str, Any]]:
    """The newest runs that a run called, by step and item; two statements, and none for a flow that calls nothing."""
    types = {node["type"] for node in row.version.graph["nodes"]}
    if not any(one.calls_flows for one in registry if one.key in types):
        return []
    links = list(CalledRun.objects.filter(caller=row.pk).order_by("-instance")[:NEWEST])
    rows = Instance.objects.filter(pk__in=[link.pk for link in links])
    runs = {run.pk: run for run in rows.select_related("version__definition").defer("state")}
    links.sort(key=lambda link: (link.node, link.visit, link.item, link.token))
    return [
        {
            "instance": str(link.pk), "definition": _definition(runs[link.pk]),
            "version": runs[link.pk].version.number, "status": link.status, "node": link.node, "visit": link.visit,
            "token": link.token, "item": link.item, "waits": link.waits, "incidents": runs[link.pk].incidents,
        }
        for link in links
    ]  # fmt: skip


def audit_entries(instance_id: str | None) -> QuerySet[AuditEntry]:
    """What is on record for good: all of it, or what was done to one run and to the tasks in it."""
    if instance_id is None:
        return AuditEntry.objects.all()
    try:
        run = str(UUID(instance_id))
    except ValueError:
        return AuditEntry.objects.none()
    return AuditEntry.objects.filter(object_id__in=[run, *(str(task["id"]) for task in tasks_of([run])[run])])


def runs_acted_on(entries: Iterable[AuditEntry]) -> dict[str, dict[str, Any]]:
    """The flow and the version of each run that an entry is about, by the run's id: they name its steps."""
    ids = {entry.object_id for entry in entries if entry.object_type == "instance"}
    rows = Instance.objects.filter(pk__in=ids).select_related("version__definition")
    return {str(row.pk): {"definition": _definition(row), "version": row.version.number} for row in rows}


def history(instance_id: str) -> QuerySet[HistoryEvent]:
    """The facts of a run, in order."""
    return HistoryEvent.objects.filter(instance=instance_id).order_by("seq")


def fact(row: HistoryEvent, shown: Redaction) -> dict[str, Any]:
    """A fact as the contract shows it to whoever may see so much."""
    return {
        "seq": row.seq, "at": row.at, "kind": row.kind, "node": row.node,
        "visit": row.data.get("visit"), "actor": {"id": row.actor, "name": row.actor_name},
        "source": row.source, "data": shown.fact(row.kind, row.node, row.data),
    }  # fmt: skip


def past_step(row: Instance, seq: int, shown: Redaction) -> dict[str, Any]:
    """Where a run stood right after fact `seq` of those that it has, and that fact with its reasons; one statement.

    Raises BrokenHistory when its facts do not follow from one another.
    """
    facts = list(history(str(row.pk)).filter(seq__lte=seq))
    state = replay((Recorded(seq=one.seq, kind=one.kind, data=one.data) for one in facts), until=seq)
    document = encode_state(state)
    return {
        "seq": seq,
        "at": facts[-1].at,
        "state": {
            "status": state.status, "tokens": [_token(token) for token in document["tokens"]],
            "variables": shown.variables(document["variables"]),
        },
        "fact": fact(facts[-1], shown),
    }  # fmt: skip


def path(row: Instance, facts: Iterable[HistoryEvent]) -> list[dict[str, Any]]:
    """How the run went over its drawing: per node its last visit, whether done, current, failed, passed by force, or
    ahead again because the run was returned from it.
    """
    found: dict[str, dict[str, Any]] = {}

    def mark(node: str, visit: int, status: str, at: datetime) -> None:
        found[node] = {"node": node, "visit": visit, "status": status, "at": at}

    for one in facts:
        if one.kind in ("moved", "forked", "ended") and one.node:
            mark(one.node, one.data["visit"], "done", one.at)
        elif one.kind == "withdrawn" and one.node:
            mark(one.node, one.data["visit"], "returned" if one.data["reason"] == "returned" else "forced_past", one.at)
    for token in row.state["tokens"]:
        status = "failed" if token["awaits"] == Awaits.REPAIR else "current"
        mark(token["node"], token["visit"], status, datetime.fromisoformat(token["since"]))
    return list(found.values())


def taken_edges(facts: Iterable[HistoryEvent]) -> list[str]:
    """The edges that tokens went along, in order, each once."""
    return list(dict.fromkeys(edge for one in facts for edge in _edges(one)))


def running_by_version(definition: Definition) -> dict[int, int]:
    """How many runs are under way on each version of a flow."""
    rows = Instance.objects.filter(version__definition=definition, status="running")
    return dict(rows.values_list("version__number").annotate(Count("pk")))


def reasons_to_stay(migration_id: UUID) -> list[dict[str, Any]]:
    """Why runs of a migration stay, by code and step, the most frequent reason first."""
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, [migration_id])
        return [{"code": code, "node": node, "runs": runs} for code, node, runs in cursor.fetchall()]


# A run with two reasons of one kind counts once.
_REASONS = """
SELECT h->>'code', h->>'node', count(DISTINCT i.id) FROM workflows_migrationitem i, jsonb_array_elements(i.hindrances) h
WHERE i.migration_id = %s AND i.verdict = 'hindered' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 50
"""


def subjects_of(instance_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What runs are about, by their id; one statement."""
    rows = Instance.objects.filter(pk__in=instance_ids).values_list("pk", "subject_type", "subject_id", "subject_title")
    return {pk: {"type": kind, "id": one, "title": title} for pk, kind, one, title in rows}


def versions(definition: Definition) -> QuerySet[DefinitionVersion]:
    """The versions of a flow, newest first."""
    return definition.versions.select_related(
        "published_by", "standing__confirmed_by", "standing__definition"
    ).order_by("-number")


def version_of(definition: Definition, number: int) -> DefinitionVersion:
    """One version of a flow. Raises NotFound `version.unknown`."""
    found = versions(definition).filter(number=number).first()
    if found is None:
        raise NotFound("version.unknown", f"Expected a version of this flow, found none with number {number}.")
    return found


def publish_requests(definition: Definition) -> QuerySet[PublishRequest]:
    """Who asked a second person to publish a flow, newest first."""
    return definition.publish_requests.select_related("asked_by", "answered_by", "version").order_by("-asked_at")


def last_publish_request(definition: Definition) -> PublishRequest | None:
    """The open one, or what became of the newest."""
    return publish_requests(definition).first()


def _edges(one: HistoryEvent) -> list[str]:
    if one.kind == "moved":
        return [one.data["edge"]]
    if one.kind == "forked":
        return [branch[2] for branch in one.data["branches"]]
    return []


def _picture(
    row: Instance,
    shown: Redaction,
    *,
    tasks: Sequence[Mapping[str, Any]],
    incidents: Sequence[Mapping[str, Any]],
    now: datetime,
) -> dict[str, Any]:
    tokens = [_token(token) for token in row.state["tokens"]]
    return {
        "id": str(row.pk),
        "definition": _definition(row),
        "version": row.version.number,
        "status": row.status,
        "subject": {"type": row.subject_type, "id": row.subject_id, "title": row.subject_title},
        "tokens": tokens,
        "variables": shown.variables(row.state["variables"]),
        "tasks": list(tasks),
        "timers": [
            {"node": token["node"], "visit": token["visit"], "due_at": token["due_at"]}
            for token in tokens
            if token["due_at"]
        ],
        "incidents": list(incidents),
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "requester": row.requester,
        "stuck": _stuck(row, incidents, now=now),
    }


def _token(token: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "token": token["id"], "node": token["node"], "visit": token["visit"], "since": token["since"],
        "awaits": token["awaits"], "due_at": token.get("due_at"),
        "line": token["data"] if token["awaits"] == Awaits.TURN else None,
    }  # fmt: skip


def _definition(row: Instance) -> dict[str, Any]:
    definition = row.version.definition
    return {"id": str(definition.pk), "key": definition.key, "title": definition.title}


def _incident(row: Incident) -> dict[str, Any]:
    return {
        "id": str(row.pk), "token": row.token, "node": row.node, "code": row.code,
        "message": row.message, "params": row.params, "at": row.opened_at,
        "status": "open" if row.resolved_at is None else "resolved",
    }  # fmt: skip


def _stuck(row: Instance, incidents: Sequence[Mapping[str, Any]], *, now: datetime) -> dict[str, Any] | None:
    if row.status != "running":
        return None
    for incident in incidents:
        if incident["status"] == "open":
            params = {"node": incident["node"], "incident": incident["code"], **incident["params"]}
            return {"code": "action_failed", "params": params, "since": incident["at"]}
    # The same as `instances` asks the rows: who waits for a time to come or for others waits by design, however long.
    dues = (token.get("due_at") for token in row.state["tokens"])
    if any(token["awaits"] == Awaits.TURN for token in row.state["tokens"]):
        return None
    if row.updated_at < now - STUCK_AFTER and not any(due and datetime.fromisoformat(due) > now for due in dues):
        nodes = sorted(token["node"] for token in row.state["tokens"])
        return {"code": "nobody_acted", "params": {"nodes": nodes}, "since": row.updated_at}
    return None


def jumps(facts: Iterable[HistoryEvent]) -> list[dict[str, Any]]:
    """Where a supervisor moved the run, or somebody returned it: from which nodes to which, when, who and why."""
    return [
        {
            "kind": one.kind, "source": one.data["left"], "target": one.node, "at": one.at, "actor": one.actor_name,
            "reason": one.data["reason"] if one.kind == "forced" else one.data["why"].get("comment", ""),
        }
        for one in facts
        if one.kind in ("forced", "returned")
    ]  # fmt: skip
