"""Doors for senders outside: declared and retired on record, and what comes through them starts a flow, once."""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from bedrock.errors import BadInput, Conflict, NotFound
from web.strict_json import read_json
from workflows import runtime
from workflows.actions import audit
from workflows.engine.events import Actor, Started
from workflows.engine.json_pointers import PointerLost, parse_pointer, pick
from workflows.engine.plan import Plan
from workflows.engine.state import Subject
from workflows.engine.world import World
from workflows.given_variables import read_variables
from workflows.idempotency import Answered, answer_once
from workflows.models import Definition, Hook
from workflows.signatures import Signed, is_genuine

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")

_logger = logging.getLogger(__name__)


class NotGenuine(Exception):  # noqa: N818 - named for what happened
    """Nobody whom a door knows has signed this now. It says no more, also of a door that does not exist."""


@transaction.atomic
def declare_hook(
    name: str, *, definition_key: str, secret: str, previous_secret: str = "", by: audit.By, now: datetime
) -> Hook:
    """The door of this name, made or changed. Raises BadInput `hook.name_malformed`, `hook.secret_unknown`,
    NotFound `definition.unknown`.
    """
    if not _NAME.fullmatch(name):
        raise BadInput("hook.name_malformed", f"Expected a name of a-z, 0-9, - and _, found {name!r}.", found=name)
    for one in filter(None, (secret, previous_secret)):
        if one not in settings.ORDERFLOW_CONNECTION_SECRETS:
            message = f"Expected ORDERFLOW_CONNECTION_SECRET_{one} in the environment, found it unset."
            raise BadInput("hook.secret_unknown", message, secret=one)
    if not Definition.objects.filter(key=definition_key).exists():
        raise NotFound("definition.unknown", f"Expected a flow, found none with the key {definition_key!r}.")
    stored = Hook.objects.select_for_update().filter(pk=name).first()
    row = Hook(
        name=name, definition_key=definition_key, secret=secret, previous_secret=previous_secret, updated_at=now
    )  # fmt: skip
    row.save(force_insert=stored is None)
    before = _shown(stored) if stored else None
    audit.record("hook.declare", by=by, on=_object(name), reason="", before=before, after=_shown(row), now=now)
    return row


@transaction.atomic
def retire_hook(name: str, *, by: audit.By, now: datetime) -> None:
    """Nobody comes through it any more. Raises NotFound `hook.unknown`."""
    row = Hook.objects.select_for_update().filter(pk=name).first()
    if row is None:
        raise NotFound("hook.unknown", f"Expected a declared hook, found {name!r}.", hook=name)
    before = _shown(row)
    row.delete()
    audit.record("hook.retire", by=by, on=_object(name), reason="", before=before, now=now)


def receive(name: str, signed: Signed, *, now: datetime) -> Answered:
    """Start the flow of this door with what its start takes of the body; the same event again gets the same answer.

    Raises NotGenuine before anything is read or written; then MalformedInput `json.*`, BadInput `hook.place_missing`,
    `variables.invalid` and `idempotency.key_reused`, Conflict `definition.started_by_event`, NotFound
    `definition.not_live`.
    """
    row = Hook.objects.filter(pk=name).first()
    names = [] if row is None else [row.secret, row.previous_secret]
    if not is_genuine(signed, [settings.ORDERFLOW_CONNECTION_SECRETS.get(one, "") for one in names], now=now):
        _logger.warning("hook refused", extra={"action": "workflows.hook_refused", "hook": name})
        raise NotGenuine
    assert row is not None  # noqa: S101 - a door that does not exist has no secret
    document = read_json(signed.body)
    with transaction.atomic(durable=True):
        return answer_once(
            owner=f"hook:{row.name}", scope="hooks", key=signed.event, now=now,
            fingerprint=hashlib.sha256(signed.body).hexdigest(),
            answer=lambda: f'{{"instance":"{_start(row, signed.event, document, now=now)}"}}',
        )  # fmt: skip


def _start(row: Hook, event: str, document: Any, *, now: datetime) -> str:
    def admit(plan: Plan, asked: Started, _world: World) -> Started:
        trigger = getattr(plan.start.config, "trigger", None)
        if trigger is not None:
            raise Conflict(
                "definition.started_by_event", f"Expected a flow that no event starts, found {trigger!r}.",
                trigger=trigger,
            )  # fmt: skip
        given = {one.name: None for one in plan.variables} | dict(_taken(plan, document))
        return replace(asked, variables=read_variables(plan.variables, given))

    subject = Subject(type="hook", id=event[:64], title=event)
    actor = Actor(id=f"hook:{row.name}", name=row.name, source="api")
    asked = Started(subject=subject, variables={}, actor=actor)
    started = runtime.start(asked, now=now, key=row.definition_key, admit=admit)
    if started is None:
        raise NotFound("definition.not_live", f"Expected a published flow {row.definition_key!r}, found none.")
    return started.instance_id


def _taken(plan: Plan, document: Any) -> Mapping[str, Any]:
    """What stands at the places that the start names."""
    taken: dict[str, Any] = {}
    for one in getattr(plan.start.config, "hook", ()):
        try:
            taken[one.variable] = pick(document, parse_pointer(one.place) or ())
        except PointerLost:
            message = f"Expected something at {one.place or 'the root'} of the body, found nothing."
            raise BadInput("hook.place_missing", message, place=one.place) from None
    return taken


def _object(name: str) -> audit.AuditObject:
    return audit.AuditObject(type="hook", id=name, title=name)


def _shown(row: Hook) -> dict[str, Any]:
    return {"definition": row.definition_key, "secret": row.secret, "previous_secret": row.previous_secret}
