"""Messages from outside: told to the runs that listen for them, kept if the sender wishes, or else nobody's."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from bedrock.errors import BadInput, Conflict, OrderflowError
from workflows import mailbox, runtime
from workflows.engine.events import Actor, MessageReceived
from workflows.idempotency import KEPT
from workflows.models import Call
from workflows.prepared import fetch

LONGEST_KEPT: Final = KEPT  # as long as the id of a message is remembered, so that it cannot come twice
MOST_CHARACTERS: Final = 100_000
MOST_TOLD: Final = 100  # runs that are told in one transaction
TRIES: Final = 5

_ONE_READER = "SELECT instance::text FROM workflows_messagewait WHERE name = %s AND key = %s ORDER BY id"
_EVERYBODY = """
SELECT id, instance::text FROM workflows_messagewait
WHERE name = %s AND key IS NULL AND id > %s::bigint AND id <= %s::bigint ORDER BY key, id LIMIT %s::int
"""  # the order of the index, or all waits would be walked over
_LAST = (
    "SELECT max(id), count(DISTINCT instance) FROM workflows_messagewait WHERE name = %s AND key IS NULL AND id > %s"
)
_END_OF_TIME: Final = 2**63 - 1
_NEXT_CALL = """
SELECT id, name, payload, actor, actor_name, source, sent_at, told, last FROM workflows_call
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a message: who took it, until when it is kept, how many runs are still to be told."""

    taken_by: tuple[str, ...] = ()
    kept_until: datetime | None = None
    to_follow: int = 0


def send(message: MessageReceived, *, now: datetime, keep_until: datetime | None = None) -> Sent:
    """Tell a message to whoever listens.

    With a key it has one reader, the run that has listened longest; without one all take it that listen now, the first
    of them at once and the others in batches by the scheduler. One that nobody takes is kept until `keep_until`, for
    the run that next begins to wait for it. In the caller's transaction, which keeps nothing of it when this raises
    BadInput `message.payload_too_large`, `message.keep_out_of_range` or what a run refuses (`message.payload_unfit`),
    Conflict `message.mailbox_full` or `message.contended`.
    """
    refuse(message, keep_until, now=now)
    sent = _tell(message, now=now)
    if sent.taken_by or keep_until is None:
        return sent
    for _ in range(TRIES):
        if mailbox.put_down(message, until=keep_until, now=now):
            return Sent(kept_until=keep_until)
        sent = _tell(message, now=now)
        if sent.taken_by:
            return sent
    raise Conflict(
        "message.contended", f"Expected a run to take the message or none to wait, found neither {TRIES} times."
    )


def go_on_calling(*, now: datetime) -> int:
    """Tell one batch more of a message that has many listeners; how many runs took it. Safe beside others."""
    with transaction.atomic():
        found = fetch(_NEXT_CALL, [])
        if not found:
            return 0
        [(call, name, payload, actor, actor_name, source, sent_at, told, last)] = found
        message = MessageReceived(
            name=name, payload=json.loads(payload), actor=Actor(id=actor, name=actor_name, source=source)
        )
        waits = fetch(_EVERYBODY, [name, told, last, MOST_TOLD])
        taken = 0
        for run in _runs(waits):
            try:
                with transaction.atomic():
                    taken += runtime.deliver(run, message, now=now).changed
            except OrderflowError as error:  # the others hear it all the same
                mailbox.born_dead(message, error, instance=run, sent_at=sent_at, now=now)
        if len(waits) < MOST_TOLD:
            Call.objects.filter(pk=call).delete()
        else:
            Call.objects.filter(pk=call).update(told=waits[-1][0])
    return max(taken, len(waits))


def _tell(message: MessageReceived, *, now: datetime) -> Sent:
    if message.key is None:
        return _tell_all(message, now=now)
    for (run,) in fetch(_ONE_READER, [message.name, message.key]):
        if runtime.deliver(run, message, now=now).changed:  # else somebody was faster, and the next one is asked
            return Sent(taken_by=(run,))
    return Sent()


def _tell_all(message: MessageReceived, *, now: datetime) -> Sent:
    waits = fetch(_EVERYBODY, [message.name, 0, _END_OF_TIME, MOST_TOLD])
    told = waits[-1][0] if waits else 0
    last, runs = fetch(_LAST, [message.name, told])[0] if len(waits) == MOST_TOLD else (None, 0)
    taken = tuple(run for run in _runs(waits) if runtime.deliver(run, message, now=now).changed)
    if last is not None:
        Call.objects.create(
            name=message.name, payload=message.payload, actor=message.actor.id, actor_name=message.actor.name,
            source=message.actor.source, sent_at=now, told=told, last=last,
        )  # fmt: skip
    return Sent(taken_by=taken, to_follow=runs)


def _runs(waits: list[tuple[Any, ...]]) -> list[str]:
    """The runs of these waits, each once, in the order in which all lock them."""
    return sorted({run for _, run in waits})


def refuse(message: MessageReceived, keep_until: datetime | None, *, now: datetime) -> None:
    """Raises what `send` raises of a message that could be told to nobody."""
    size = len(json.dumps(message.payload, ensure_ascii=False))
    if size > MOST_CHARACTERS:
        sentence = f"Expected a payload of at most {MOST_CHARACTERS} characters, found {size}."
        raise BadInput("message.payload_too_large", sentence, most=MOST_CHARACTERS, found=size)
    if keep_until is not None and not timedelta() < keep_until - now <= LONGEST_KEPT:
        sentence = (
            f"Expected a message to be kept for at most {LONGEST_KEPT.days} days, found until {keep_until.isoformat()}."
        )
        raise BadInput("message.keep_out_of_range", sentence, most_days=LONGEST_KEPT.days)
