"""Writing working calendars. What an edit means for waits that are under way is part of it: they keep, or are reckoned
anew by the sweep, in batches that each remember how far they came."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from bedrock.errors import Conflict, NotFound
from workflows import rearming
from workflows.actions import audit
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_document import calendar_from_document
from workflows.engine.events import SYSTEM, Actor
from workflows.engine.world import World
from workflows.models import Calendar, CalendarEdit
from workflows.queries import present_world
from workflows.rearming import Looked, Move

Policy = CalendarEdit.Policy
BATCH: Final = 1000
BATCHES: Final = 20  # of one sweep
LOOKS: Final = 2
SETTLED: Final = timedelta(seconds=60)  # by then every step is over that had begun before an edit
FORESEEN: Final = 20_000  # waits that a preview looks at, the next ones to be due
FIRST: Final = ("00000000-0000-0000-0000-000000000000", 0)
INSTALLED: Final = "installed with the product"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an edit that recomputes would do to waits, as far as was looked, and the years it has no notice of."""

    looked: Looked
    is_whole: bool
    moves: tuple[Move, ...]
    unconfirmed_years: tuple[int, ...]


def save_calendar(key: str, *, name: Mapping[str, str], document: Mapping[str, Any], now: datetime) -> bool:
    """Store a calendar that comes with the product; False when it is there already with this content.

    Waits are reckoned anew. Raises the reader's error with every problem when the document is no calendar.
    """
    row = Calendar.objects.filter(key=key).first()
    if row is None:
        calendar_from_document(document)
        Calendar.objects.create(key=key, name=dict(name), document=dict(document), updated_at=now)
        return True
    if (row.name, row.document) == (dict(name), dict(document)):
        return False
    edit_calendar(
        key, name=name, document=document, revision=row.revision, policy=Policy.RECOMPUTE, reason=INSTALLED,
        by=audit.By(actor=SYSTEM, ip=None), now=now,
    )  # fmt: skip
    return True


def edit_calendar(  # noqa: PLR0913 - what an edit says
    key: str, *, name: Mapping[str, str], document: Mapping[str, Any], revision: int, policy: str, reason: str,
    by: audit.By, now: datetime,
) -> Calendar:  # fmt: skip
    """Store a calendar: a new one (`revision` 0), or another document for the revision that was read.

    By `policy` waits under way keep their due times or are reckoned anew, by the sweep. Raises the reader's error with
    every problem; BadInput `reason.too_short`; NotFound `calendar.unknown`; Conflict `calendar.revision_conflict`.
    """
    reason = audit.require_reason(reason)
    calendar_from_document(document)
    with transaction.atomic():
        row = Calendar.objects.select_for_update().filter(key=key).first()
        if row is None and revision:
            raise NotFound("calendar.unknown", f"Expected a calendar, found none with key {key!r}.", calendar=key)
        found = 0 if row is None else row.revision
        if found != revision:
            raise Conflict(
                "calendar.revision_conflict", f"Expected revision {found} of the calendar, but got {revision}.",
                current_revision=found,
            )  # fmt: skip
        before = None if row is None else dict(row.document)
        row = row or Calendar(key=key, revision=0)
        row.name, row.document, row.updated_at, row.revision = dict(name), dict(document), now, row.revision + 1
        if before is not None:
            _note_edit(row, before, policy=policy, reason=reason, by=by, now=now)
        row.save()
        audit.record(
            "calendar.edit" if before is not None else "calendar.create", by=by, reason=reason, now=now,
            on=audit.AuditObject(type="calendar", id=key, title=str(name.get("zh", ""))),
            before=before, after={"document": dict(document), "policy": str(policy), "revision": row.revision},
        )  # fmt: skip
    return row


def _note_edit(
    row: Calendar, before: Mapping[str, Any], *, policy: str, reason: str, by: audit.By, now: datetime
) -> None:
    edit = CalendarEdit(
        calendar=row.key, revision=row.revision, policy=policy, before=dict(before), after=row.document,
        reason=reason, actor=by.actor.id, actor_name=by.actor.name, at=now,
    )  # fmt: skip
    if policy == Policy.KEEP or dict(before) == row.document:
        edit.finish()
        edit.ended_at = now
    edit.save(force_insert=True)


def preview_edit(key: str, *, document: Mapping[str, Any], now: datetime) -> Preview:
    """What storing this document would do to the waits under way, if they were reckoned anew. Changes nothing.

    Raises the reader's error with every problem when it is no calendar, and NotFound `calendar.unknown`.
    """
    world = edited_world(key, document=document, now=now)
    looked, moves = rearming.foresee(world=world, now=now, limit=FORESEEN)
    calendar = world.need(CalendarBook)[key]
    years = () if looked.until is None or looked.until <= now else calendar.unconfirmed(now, looked.until)
    return Preview(
        looked=looked, is_whole=looked.looked_at < FORESEEN, moves=tuple(moves), unconfirmed_years=years
    )  # fmt: skip


def edited_world(key: str, *, document: Mapping[str, Any], now: datetime) -> World:
    """The world as it would be with this document for a calendar, for all waits. Raises as `preview_edit`."""
    world = present_world()
    book = world.need(CalendarBook)
    if key not in book:
        raise NotFound("calendar.unknown", f"Expected a calendar of the book, but got {key!r}.", calendar=key)
    edited = book.edited(key, calendar_from_document(document), at=now, keeps=False)
    return World(values={**world.values, CalendarBook: edited})


def carry_out_edits(*, now: datetime) -> int:
    """Arm waits anew after edits that recompute, some batches of the oldest; how many waits were looked at.

    Safe to run beside others, and to be killed: each batch is a transaction that remembers how far it came.
    """
    looked_at = 0
    for _ in range(BATCHES):
        looked = _carry_out_batch(now=now)
        if not looked:
            break
        looked_at += looked
    return looked_at


@transaction.atomic
def _carry_out_batch(*, now: datetime) -> int:
    running = CalendarEdit.objects.select_for_update(skip_locked=True).filter(status=CalendarEdit.Status.RUNNING)
    edits = list(running.order_by("at")[:5])
    edit = next((one for one in edits if one.looks == 0 or now >= one.at + SETTLED), None)
    if edit is None:
        return 0
    looked = rearming.rearm_after(
        FIRST if edit.cursor_instance is None else (str(edit.cursor_instance), edit.cursor_token),
        world=present_world(), now=now, limit=BATCH, by=Actor(id=edit.actor, name=edit.actor_name),
        why={"cause": "calendar", "calendar": edit.calendar, "edit": str(edit.pk)},
    )  # fmt: skip
    edit.moved_later += looked.later
    edit.moved_earlier += looked.earlier
    if edit.looks == 0:
        edit.looked_at += looked.looked_at
        edit.left_alone += looked.left_alone
    if looked.last is not None and looked.looked_at == BATCH:
        edit.cursor_instance, edit.cursor_token = looked.last
    else:
        _end_look(edit, now=now)
    edit.save()
    return looked.looked_at or 1


def _end_look(edit: CalendarEdit, *, now: datetime) -> None:
    edit.looks += 1
    edit.cursor_instance, edit.cursor_token = None, 0
    if edit.looks < LOOKS:
        return
    edit.finish()
    edit.ended_at = now
    counts = {"looked_at": edit.looked_at, "later": edit.moved_later, "earlier": edit.moved_earlier}
    _logger.info("calendar edit done", extra={"action": "workflows.calendar_edit_done", "calendar": edit.calendar})
    audit.record(
        "calendar.rearm", by=audit.By(actor=SYSTEM, ip=None), reason=edit.reason, now=now, after=counts,
        on=audit.AuditObject(type="calendar", id=edit.calendar, title=f"{edit.calendar}@{edit.revision}"),
    )  # fmt: skip
