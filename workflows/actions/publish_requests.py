"""Four eyes: where a flow wants it, who changed the drawing asks, and somebody who has not changed it publishes."""

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.policy import Role
from bedrock.errors import BadInput, Conflict, Forbidden, NotFound
from workflows.actions import audit
from workflows.actions.cases import require_cases
from workflows.actions.definitions import (
    Published,
    locked,
    publish,
    require_another_person,
    require_in_use,
    require_publishable,
    require_revision,
)
from workflows.actions.going_live import Terms, by, day_of, flow_object
from workflows.engine.plan import compile_plan
from workflows.engine.registry import registry
from workflows.models import Definition, PublishRequest

MIN_COMMENT: Final = 2


def ask(
    definition_id: str, *, revision: int, note: str, terms: Terms, actor: User, ip: str | None, now: datetime
) -> PublishRequest:
    """Ask that somebody else publishes the draft as it is.

    Raises what publishing it would raise, and Conflict `publish.no_second_person_needed` where one may publish alone
    and `publish.already_asked` when somebody has asked before.
    """
    with transaction.atomic():
        definition = locked(definition_id)
        require_in_use(definition)
        require_revision(definition, revision)
        if not definition.four_eyes:
            raise Conflict(
                "publish.no_second_person_needed", "Expected a flow that two must publish, found one that needs none.",
            )  # fmt: skip
        open_ = definition.publish_requests.filter(status=PublishRequest.Status.OPEN).first()
        if open_ is not None:
            raise Conflict(
                "publish.already_asked", "Expected no open request to publish, found one.", request=str(open_.pk)
            )
        plan = compile_plan(require_publishable(definition, now=now), registry=registry, flow=definition.key)
        require_cases(definition, plan, despite=terms.despite_cases)
        request = PublishRequest.objects.create(
            definition=definition, graph_hash=definition.draft_hash, note=note, asked_by=actor, asked_at=now,
            effective_at=day_of(terms.effective_at, now=now), take_over=terms.take_over,
            despite_cases=terms.despite_cases or "",
        )  # fmt: skip
        _record("publish.ask", request, reason=note, actor=actor, ip=ip, now=now)
    return request


def confirm(definition_id: str, request_id: str, *, actor: User, ip: str | None, now: datetime) -> Published:
    """Publish what was asked for. A day that has passed meanwhile means at once.

    Raises what publishing it raises, and NotFound and Conflict when the request is not open any more.
    """
    with transaction.atomic():
        definition = locked(definition_id)
        request = _open(definition, request_id)
        if request.asked_by == actor:
            raise Forbidden(
                "publish.needs_another_person", "Expected somebody else than who asked to publish, found the same one."
            )  # fmt: skip
        later = request.effective_at is not None and request.effective_at > now
        terms = Terms(
            effective_at=request.effective_at if later else None,
            take_over=request.take_over,
            asked_by=request.asked_by,
            despite_cases=request.despite_cases or None,
        )
        published = publish(
            definition_id, revision=definition.draft_revision, note=request.note, terms=terms, actor=actor, ip=ip,
            now=now,
        )  # fmt: skip
        request.confirm()
        request.version = published.version
        _answer(request, actor=actor, comment="", now=now)
    return published


def decline(
    definition_id: str, request_id: str, *, comment: str, actor: User, ip: str | None, now: datetime
) -> PublishRequest:
    """Say why it is not published. Raises BadInput `comment.required`, Forbidden to those who changed the drawing."""
    if len(comment.strip()) < MIN_COMMENT:
        message = "Expected a comment that says why, found none."
        raise BadInput(
            "comment.required", message,
            problems=[{"path": "comment", "code": "comment.required", "message": message, "params": {}}],
        )  # fmt: skip
    with transaction.atomic():
        definition = locked(definition_id)
        request = _open(definition, request_id)
        require_another_person(definition, actor)
        request.decline()
        _answer(request, actor=actor, comment=comment, now=now)
        _record("publish.decline", request, reason=comment, actor=actor, ip=ip, now=now)
    return request


def take_back(definition_id: str, request_id: str, *, actor: User, ip: str | None, now: datetime) -> PublishRequest:
    """Ask no more. Raises Forbidden `publish.not_your_request` to everybody but who asked."""
    with transaction.atomic():
        definition = locked(definition_id)
        request = _open(definition, request_id)
        if request.asked_by != actor:
            raise Forbidden("publish.not_your_request", "Expected who asked to publish, found somebody else.")
        request.cancel()
        _answer(request, actor=actor, comment="", now=now)
        _record("publish.take_back", request, reason="", actor=actor, ip=ip, now=now)
    return request


def set_four_eyes(
    definition_id: str, *, wanted: bool, reason: str, actor: User, ip: str | None, now: datetime
) -> Definition:
    """Say whether a second person must publish this flow. Every designer may ask for it; only somebody who has not
    changed the drawing since the last version may let go of it, and an open request is over then."""
    with transaction.atomic():
        definition = locked(definition_id)
        if definition.four_eyes == wanted:
            return definition
        if not wanted:
            require_another_person(definition, actor)
            for request in definition.publish_requests.filter(status=PublishRequest.Status.OPEN):
                request.cancel()
                _answer(request, actor=actor, comment="", now=now)
        definition.four_eyes = wanted
        definition.save(update_fields=["four_eyes"])
        audit.record(
            "definition.four_eyes", by=by(actor, ip), on=flow_object(definition), reason=reason,
            before={"four_eyes": not wanted}, after={"four_eyes": wanted}, now=now,
        )  # fmt: skip
    return definition


def may_answer(definition: Definition, user: User) -> bool:
    """Whether this person has not changed the drawing since the last version."""
    return user.has_role(Role.DESIGNER) and str(user.pk) not in definition.draft_editors


def _open(definition: Definition, request_id: str) -> PublishRequest:
    request = definition.publish_requests.select_related("asked_by").filter(pk=request_id).first()
    if request is None:
        raise NotFound("publish.unknown_request", "Expected a request to publish this flow, found none with this id.")
    if request.status != PublishRequest.Status.OPEN:
        raise Conflict(
            "publish.request_answered", f"Expected an open request to publish, found it {request.status}.",
            answer=request.status,
        )  # fmt: skip
    return request


def _answer(request: PublishRequest, *, actor: User, comment: str, now: datetime) -> None:
    request.answered_by, request.answered_at, request.comment = actor, now, comment
    request.save()


def _record(action: str, request: PublishRequest, *, reason: str, actor: User, ip: str | None, now: datetime) -> None:
    day = request.effective_at
    audit.record(
        action, by=by(actor, ip), on=flow_object(request.definition), reason=reason,
        after={
            "request": str(request.pk), "status": request.status, "graph_hash": request.graph_hash,
            "effective_at": day.isoformat() if day else None,
        },
        now=now,
    )  # fmt: skip
