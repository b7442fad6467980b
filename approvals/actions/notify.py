"""Tells what a message step says: notices in the house at once, then mail and robots one by one, each at most once
unless the step allows more. A retried job finds in the rows what was confirmed and leaves it alone.
"""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from accounts.models import User
from approvals.letters import Letter, Wording
from approvals.models import Delivery, Notice
from bedrock.errors import Conflict
from workflows.effects import let_out, note_answered, require_wanted, wish_of
from workflows.engine.work import Done, GiveUp, Job, JobResult, Retry
from workflows.failpoints import hit
from workflows.outbound.channels import Undelivered, tell_robot, write_mail
from workflows.outbound.mail import Letter as Mail
from workflows.outbound.robots import Said

# Seconds to wait after the first, second and third try of a message that may be tried again.
DELAYS: Final = (1.0, 3.0, 10.0)
MAX_TRIES: Final = 1 + len(DELAYS)
TRIES: Final = 1_000  # of the job, which comes again for as long as a message has tries left
SECONDS: Final = 15.0  # well within the lease; the rest is for the next time
KEPT: Final = timedelta(days=90)  # longer than anybody goes on trying a message again
BATCH: Final = 500

_OPEN: Final = (Delivery.Status.PENDING, Delivery.Status.SENDING)
_GIVEN_UP: Final = (Delivery.Status.FAILED, Delivery.Status.UNKNOWN)
_LET_OUT: Final = (Delivery.Status.SENDING, Delivery.Status.UNKNOWN)
_FORGET: Final = """
DELETE FROM approvals_delivery WHERE id IN (
    SELECT id FROM approvals_delivery WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def deliver_letter(job: Job) -> JobResult:
    """Tell everybody who is not told yet; must run outside of any transaction."""
    letter = Letter.model_validate(job.work.payload)
    people = {str(one.pk): one for one in User.objects.filter(pk__in=letter.people, is_active=True)}
    try:
        _open(job, letter, people)
        ends_at = time.monotonic() + SECONDS
        for row in _rows(job).filter(status__in=_OPEN).order_by("tries", "id"):
            if time.monotonic() >= ends_at:
                break
            _deliver(row, job, letter, people)
    except Conflict as skipped:
        return GiveUp(code=skipped.code, message=skipped.message, params=skipped.fields)
    waiting = _rows(job).filter(status=Delivery.Status.PENDING).order_by("tries").first()
    if waiting is not None:
        after = DELAYS[min(waiting.tries, len(DELAYS)) - 1] if waiting.tries else 0.0
        return Retry(code=waiting.code, message="Expected every message confirmed, found some to try again.",
                     after_seconds=after, ails=False)  # fmt: skip
    return Done(output=_told(job, letter, people))


def forget_deliveries(*, now: datetime) -> int:
    """Delete a batch of old rows; how many. The history keeps what became of them. Safe beside others."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEPT, BATCH])
        return int(cursor.rowcount)


def _rows(job: Job) -> Any:
    return Delivery.objects.filter(instance=job.context.instance, node=job.work.node, visit=job.work.visit)


@transaction.atomic
def _open(job: Job, letter: Letter, people: Mapping[str, User]) -> None:
    """The notices, and a row for each message that is to go out: once per visit, however often the job comes."""
    require_wanted(wish_of(job))
    context, work = job.context, job.work
    address = {"instance": context.instance, "node": work.node, "visit": work.visit}
    if letter.in_app:
        Notice.objects.bulk_create(
            (
                Notice(
                    user=one, **address, at=context.now, title={"zh": letter.zh.title, "en": letter.en.title},
                    text={"zh": letter.zh.text, "en": letter.en.text},
                    definition_title=dict(context.definition_title), subject_title=context.subject.title[:200],
                )
                for one in people.values()
            ),
            ignore_conflicts=True,
        )  # fmt: skip
    receivers = [("mail", one) for one in people] if letter.mail else []
    receivers += [("robot", name) for name in letter.robots]
    Delivery.objects.bulk_create(
        (
            Delivery(**address, channel=channel, receiver=receiver, attempt=work.attempt, at=context.now)
            for channel, receiver in receivers
        ),
        ignore_conflicts=True,
    )
    # A person looked at what was not delivered and asked to try again.
    _rows(job).filter(status__in=_GIVEN_UP, attempt__lt=work.attempt).update(
        status=Delivery.Status.PENDING, tries=0, attempt=work.attempt, code=""
    )


def _deliver(row: Delivery, job: Job, letter: Letter, people: Mapping[str, User]) -> None:
    if row.status == Delivery.Status.SENDING and not _recovered(row, letter):
        return
    let_out(wish_of(job))
    if not Delivery.objects.filter(pk=row.pk, status=Delivery.Status.PENDING).update(
        status=Delivery.Status.SENDING, tries=F("tries") + 1, at=job.context.now
    ):
        return  # somebody else has it
    hit("notice.noted")
    status, code, is_known = Delivery.Status.SENT, "", True
    try:
        _tell(row, job, letter, people)
        hit("notice.told")
    except Undelivered as failure:
        code, is_known = failure.code, failure.fate != "unknown"
        may_again = failure.fate == "later" or (failure.fate == "unknown" and letter.repeats_unknown)
        if may_again and row.tries + 1 < MAX_TRIES:
            status = Delivery.Status.PENDING
        elif failure.fate == "unknown":
            status = Delivery.Status.UNKNOWN
        else:
            status = Delivery.Status.FAILED
    if is_known:
        note_answered(wish_of(job))
    # One who came meanwhile may have called it unknown; who sent it knows better.
    Delivery.objects.filter(pk=row.pk, status__in=_LET_OUT).update(status=status, code=code)


def _recovered(row: Delivery, letter: Letter) -> bool:
    """Whether a message that was let out and never confirmed may go out again; if not, it is unknown for good."""
    again = letter.repeats_unknown and row.tries < MAX_TRIES
    found = Delivery.objects.filter(pk=row.pk, status=Delivery.Status.SENDING, tries=row.tries).update(
        status=Delivery.Status.PENDING if again else Delivery.Status.UNKNOWN, code="notice.unconfirmed"
    )
    return bool(found) and again


def _tell(row: Delivery, job: Job, letter: Letter, people: Mapping[str, User]) -> None:
    if row.channel == "robot":
        said: dict[str, Said] = {
            language: _said(_wording(letter, language), job, language) for language in letter.robot_languages
        }
        tell_robot(row.receiver, said, now=job.context.now)
        return
    person = people.get(row.receiver)
    if person is None or not person.email:
        raise Undelivered("failed", "mail.address_missing", "Expected a mail address of the person, found none.")
    language = "en" if person.language == "en" else "zh"
    said_to = _said(_wording(letter, language), job, language)
    mail = Mail(
        to=person.email, title=said_to.title or said_to.text.split("\n", 1)[0], text=said_to.text,
        message_id=_message_id(job, row.receiver), at=job.context.now,
    )  # fmt: skip
    write_mail(letter.mail, mail)


def _wording(letter: Letter, language: str) -> Wording:
    return letter.en if language == "en" else letter.zh


def _said(wording: Wording, job: Job, language: str) -> Said:
    """The words with the flow and what it is about below them."""
    flow = job.context.definition_title
    about = " · ".join(
        filter(None, (flow.get(language) or flow.get("zh") or flow.get("en"), job.context.subject.title))
    )
    return Said(title=wording.title, text="\n\n".join(filter(None, (wording.text, about))))


def _message_id(job: Job, receiver: str) -> str:
    """The same for every try, and nobody else's."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{job.effect_key}:{receiver}".encode()).hexdigest()
    return f"<{digest[:40]}@orderflow.invalid>"


def _told(job: Job, letter: Letter, people: Mapping[str, User]) -> dict[str, Any]:
    """What the history says: how many were told, and who was not and why."""
    rows = list(_rows(job).order_by("id"))
    failed = [
        {
            "channel": row.channel, "receiver": _name(row, people), "code": row.code,
            "outcome": "failed" if row.status == Delivery.Status.FAILED else "unknown",
        }
        for row in rows
        if row.status != Delivery.Status.SENT
    ]  # fmt: skip
    notices = len(people) if letter.in_app else 0
    return {"sent": notices + len(rows) - len(failed), "failed": failed}


def _name(row: Delivery, people: Mapping[str, User]) -> str:
    person = people.get(row.receiver) if row.channel == "mail" else None
    return row.receiver if person is None else person.get_full_name()
