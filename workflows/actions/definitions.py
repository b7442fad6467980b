"""Drawing and publishing: drafts with a revision, versions that never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from accounts.models import User
from bedrock.errors import BadInput, Conflict, Forbidden, NotFound
from workflows.actions import audit
from workflows.actions.cases import require_cases
from workflows.actions.going_live import AT_ONCE, Terms, by, day_of, flow_object, published_document, stand
from workflows.actions.soundness import problems_of, require_sound
from workflows.engine.graph import Graph, read_graph
from workflows.engine.node_type import Problem
from workflows.engine.plan import compile_plan
from workflows.engine.registry import registry
from workflows.failpoints import hit
from workflows.models import Definition, DefinitionVersion, PublishRequest

PUBLISHING: Final = 0x0F10  # the advisory lock of whoever publishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A new version, and the number of the planned one that it superseded."""

    version: DefinitionVersion
    superseded: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A stored draft with all that stands against publishing it."""

    definition: Definition
    problems: tuple[Problem, ...]


def create_definition(
    *,
    key: str,
    title: Mapping[str, str],
    graph: object,
    layout: Mapping[str, Any] | None,
    actor: User,
    now: datetime,
) -> Draft:
    """A new flow with a first draft. Raises BadInput for an unreadable graph, Conflict `definition.key_taken`."""
    drawing = read_graph(graph)
    problems = problems_of(drawing, flow=key, now=now)
    definition = Definition(
        key=key, title=dict(title), owner=actor, draft_graph=drawing.to_json(),
        draft_layout=read_layout(layout or {}), draft_hash=drawing.graph_hash,
        draft_problem_count=len(problems), draft_by=actor, draft_at=now, created_at=now, draft_editors=[str(actor.pk)],
    )  # fmt: skip
    try:
        with transaction.atomic():
            definition.save(force_insert=True)
    except IntegrityError:
        raise Conflict("definition.key_taken", f"Expected a new key, found that {key!r} is taken.", key=key) from None
    return Draft(definition=definition, problems=problems)


def flows_of(owner: User) -> Sequence[tuple[str, dict[str, str]]]:
    """Key and title of the flows whose draft belongs to this person, by key."""
    return list(Definition.objects.filter(owner=owner).order_by("key").values_list("key", "title"))


def give_flows(owner: User, *, to: User) -> int:
    """The drafts of one person belong to another from now on; how many. Who drew and published what stays on record."""
    return Definition.objects.filter(owner=owner).update(owner=to)


def save_draft(
    definition_id: str,
    *,
    revision: int,
    graph: object,
    layout: Mapping[str, Any],
    actor: User,
    now: datetime,
) -> Draft:
    """Store a draft, problems and all. Raises Conflict `definition.revision_conflict` when somebody saved before."""
    drawing, places = read_graph(graph), read_layout(layout)
    key = Definition.objects.filter(pk=definition_id).values_list("key", flat=True).first()
    problems = problems_of(drawing, flow=key or "", now=now)
    with transaction.atomic():
        definition = locked(definition_id)
        require_revision(definition, revision)
        definition.draft_graph, definition.draft_layout = drawing.to_json(), places
        if definition.draft_hash != drawing.graph_hash:
            _note_editor(definition, actor, now=now)
        definition.draft_hash, definition.draft_problem_count = drawing.graph_hash, len(problems)
        definition.draft_revision += 1
        definition.draft_by, definition.draft_at = actor, now
        definition.save()
    return Draft(definition=definition, problems=problems)


def publish(
    definition_id: str,
    *,
    revision: int,
    note: str,
    terms: Terms = AT_ONCE,
    actor: User,
    ip: str | None = None,
    now: datetime,
) -> Published:
    """Make the draft the next version: live for new runs at once, or on its day; running ones stay where they are.

    Raises BadInput `definition.has_problems` with all errors, `publish.effective_in_past` and
    `publish.effective_too_late`; Conflict on a stale revision, `definition.retired`, `definition.unchanged` when the
    live version is the same graph, and `trigger.taken` when another live flow answers the same event and taking over
    was not asked for; BadInput `definition.cases_failed` when test cases fail, unless the terms say why it is published
    nevertheless, which goes on record; Forbidden `publish.needs_another_person` where a second person is wanted and
    the actor has changed the drawing.
    """
    with transaction.atomic():
        # One at a time: of two flows published at once that call one another, the second must see the first.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
        definition = locked(definition_id)
        require_in_use(definition)
        require_revision(definition, revision)
        require_another_person(definition, actor)
        drawing = require_publishable(definition, now=now)
        plan = compile_plan(drawing, registry=registry, flow=definition.key)
        day = replace(terms, effective_at=day_of(terms.effective_at, now=now))
        failing = require_cases(definition, plan, despite=terms.despite_cases)
        last = definition.versions.aggregate(last=Max("number"))["last"] or 0
        version = DefinitionVersion.objects.create(
            definition=definition, number=last + 1, graph=definition.draft_graph,
            layout=definition.draft_layout, graph_hash=drawing.graph_hash, note=note,
            published_by=terms.asked_by or actor, published_at=now,
        )  # fmt: skip
        hit("publish.mid")
        live = definition.live_version
        confirmed_by = actor if terms.asked_by is not None else None
        superseded = stand(version, terms=day, plan=plan, confirmed_by=confirmed_by, now=now)
        audit.record(
            "definition.publish", by=by(actor, ip), on=flow_object(definition), reason=note,
            before={"live_version": live.number if live else None, "planned_version": superseded},
            after=published_document(version.standing), now=now,
        )  # fmt: skip
        if failing:
            audit.record(
                "definition.publish_despite_cases", by=by(actor, ip), on=flow_object(definition),
                reason=terms.despite_cases or "", now=now,
                after={"version": version.number, "failing": [one.name for one in failing]},
            )  # fmt: skip
    return Published(version=version, superseded=superseded)


def read_layout(layout: Mapping[str, Any]) -> dict[str, Any]:
    """A layout as it is stored. Its numbers are places on a screen, doubles as browsers have them.

    Raises BadInput `layout.not_exact` for fractions with more digits than a double keeps.
    """
    problems: list[dict[str, Any]] = []

    def plain(value: Any, path: str) -> Any:
        match value:
            case Decimal():
                double = float(value)
                if Decimal(repr(double)) != value:
                    message = f"Expected a number that a double keeps, found {value}."
                    problems.append({"path": path, "code": "layout.not_exact", "message": message, "params": {}})
                return double
            case dict():
                return {key: plain(item, f"{path}.{key}") for key, item in value.items()}
            case list():
                return [plain(item, f"{path}.{index}") for index, item in enumerate(value)]
            case _:
                return value

    places: dict[str, Any] = plain(dict(layout), "layout")
    if problems:
        raise BadInput(
            "layout.not_exact", f"Expected numbers that a double keeps, found {len(problems)} others.",
            problems=problems,
        )  # fmt: skip
    return places


def locked(definition_id: str) -> Definition:
    """The locked row; NotFound when there is none."""
    rows = Definition.objects.select_for_update(of=("self",)).select_related("live_version")
    found = rows.filter(pk=definition_id).first()
    if found is None:
        raise NotFound("definition.unknown", f"Expected a flow, found none with id {definition_id}.")
    return found


def require_publishable(definition: Definition, *, now: datetime) -> Graph:
    """The draft, without errors and another drawing than the live version.

    Raises BadInput `definition.has_problems` and Conflict `definition.unchanged`.
    """
    drawing = read_graph(definition.draft_graph)
    require_sound(drawing, flow=definition.key, now=now)
    live = definition.live_version
    if live is not None and live.graph_hash == drawing.graph_hash:
        raise Conflict(
            "definition.unchanged", f"Expected a change since version {live.number}, found none.",
            version=live.number,
        )  # fmt: skip
    return drawing


def require_in_use(definition: Definition) -> None:
    """Raises Conflict `definition.retired`."""
    if definition.retired_at is not None:
        raise Conflict(
            "definition.retired", f"Expected a flow in use, found that {definition.key!r} is retired.",
            definition=definition.key, retired_at=definition.retired_at.isoformat(),
        )  # fmt: skip


def require_another_person(definition: Definition, actor: User) -> None:
    """Raises Forbidden `publish.needs_another_person` to those who changed the drawing, where four eyes are wanted."""
    if definition.four_eyes and str(actor.pk) in definition.draft_editors:
        raise Forbidden(
            "publish.needs_another_person",
            "Expected somebody who has not changed the drawing since the last version, found one of its editors.",
        )


def require_revision(definition: Definition, revision: int) -> None:
    if definition.draft_revision != revision:
        raise Conflict(
            "definition.revision_conflict",
            f"Expected the draft at revision {revision}, found it at {definition.draft_revision}.",
            current_revision=definition.draft_revision,
            edited_by=definition.draft_by.get_full_name(),
            edited_at=definition.draft_at.isoformat(),
        )


def _note_editor(definition: Definition, actor: User, *, now: datetime) -> None:
    """Who changed the drawing; a wish to publish it as it was is over."""
    if str(actor.pk) not in definition.draft_editors:
        definition.draft_editors = [*definition.draft_editors, str(actor.pk)]
    for request in definition.publish_requests.filter(status=PublishRequest.Status.OPEN):
        request.become_outdated()
        request.answered_at = now
        request.save()
