"""What a person does with letters: one that died is sent again, perhaps corrected; a useless one is thrown away."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from bedrock.errors import Conflict, NotFound
from workflows import runtime
from workflows.actions import audit
from workflows.actions.messages import Sent, refuse, send
from workflows.engine.events import MessageReceived
from workflows.models import Letter

AS_IT_IS: Final = object()
_LARGEST: Final = 2**63 - 1


def requeue(
    letter_id: int,
    *,
    payload: Any = AS_IT_IS,
    keep_until: datetime | None = None,
    reason: str,
    by: audit.By,
    now: datetime,
) -> Sent:
    """Send a dead letter again: to the run that could not take it, and where that listens no more as a new message.

    Raises NotFound `message.unknown`; Conflict `message.not_dead`, and `message.nobody_listens` when nobody takes it
    and it is not to be kept; BadInput `message.reason_required` and what `send` raises. The letter then stays dead.
    """
    audit.require_reason(reason, code="message.reason_required")
    with transaction.atomic():
        letter = _locked(letter_id)
        if letter.died_at is None:
            raise Conflict("message.not_dead", "Expected a dead letter, found one that is kept.")
        message = MessageReceived(
            name=letter.name, key=letter.key, payload=letter.payload if payload is AS_IT_IS else payload, actor=by.actor
        )
        refuse(message, keep_until, now=now)
        before = _told(letter)
        letter.delete()
        sent = _sent_again(message, run=str(letter.instance), keep_until=keep_until, now=now)
        after = {
            "taken_by": list(sent.taken_by), "kept_until": sent.kept_until and sent.kept_until.isoformat(),
            "payload": message.payload,
        }  # fmt: skip
        _record("message.requeue", letter_id, letter.name, by=by, reason=reason, before=before, after=after, now=now)
    return sent


def discard(letter_id: int, *, reason: str, by: audit.By, now: datetime) -> None:
    """Throw a letter away, dead or not. Raises NotFound `message.unknown`, BadInput `message.reason_required`."""
    audit.require_reason(reason, code="message.reason_required")
    with transaction.atomic():
        letter = _locked(letter_id)
        letter.delete()
        _record(
            "message.discard", letter_id, letter.name, by=by, reason=reason, before=_told(letter), after=None, now=now
        )


def _sent_again(message: MessageReceived, *, run: str, keep_until: datetime | None, now: datetime) -> Sent:
    if runtime.deliver(run, message, now=now).changed:
        return Sent(taken_by=(run,))
    # Those who heard a message to all have heard it.
    sent = Sent() if message.key is None else send(message, now=now, keep_until=keep_until)
    if not sent.taken_by and sent.kept_until is None:
        raise Conflict("message.nobody_listens", "Expected a run that listens for the message, found none.")
    return sent


def _locked(letter_id: int) -> Letter:
    letter = None
    if letter_id <= _LARGEST:
        letter = Letter.objects.select_for_update().filter(pk=letter_id).first()
    if letter is None:
        raise NotFound("message.unknown", f"Expected a kept message, found none with id {letter_id}.")
    return letter


def _told(letter: Letter) -> dict[str, Any]:
    return {
        "name": letter.name, "key": letter.key, "payload": letter.payload, "code": letter.code,
        "instance": None if letter.instance is None else str(letter.instance), "sent_by": letter.actor,
        "sent_at": letter.sent_at.isoformat(),
    }  # fmt: skip


def _record(action: str, letter_id: int, name: str, **more: Any) -> None:
    audit.record(action, on=audit.AuditObject(type="message", id=str(letter_id), title=name), **more)
