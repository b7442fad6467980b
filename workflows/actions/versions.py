"""What happens to versions after they were published: their day comes, or they are taken back; flows are retired."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from bedrock.clock import database_now
from bedrock.errors import Conflict, NotFound
from workflows.actions import audit
from workflows.actions.definitions import locked, require_in_use
from workflows.actions.going_live import (
    by,
    drop_planned,
    end,
    flow_object,
    listen,
    make_live,
    make_previous_live,
    standing_document,
    trigger_of_version,
)
from workflows.engine.events import SYSTEM
from workflows.failpoints import hit
from workflows.models import Definition, DefinitionVersion, Instance, Standing

WITHDRAW_WITHIN: Final = timedelta(minutes=10)
_SKEW: Final = timedelta(minutes=5)  # by which the clock of a process that starts runs may be behind
_START_LOCK: Final = (
    7_301_002  # with the version: shared by whoever starts on it (a trigger), alone for who withdraws it
)


def withdraw(
    definition_id: str, number: int, *, reason: str, actor: User, ip: str | None, now: datetime
) -> DefinitionVersion | None:
    """Take a version back: one that waits for its day at any time, the live one for ten minutes if nothing started.

    The version before is live again then, and given back; None when there is none. Raises NotFound `version.unknown`,
    BadInput `reason.too_short`, Conflict `version.not_in_use`, `version.withdraw_too_late` and
    `version.withdraw_started`, and `trigger.taken` when another flow answers the event of the version before.
    """
    audit.require_reason(reason)
    with transaction.atomic():
        definition = locked(definition_id)
        standing = Standing.objects.select_for_update(of=("self",)).select_related("version").filter(
            definition=definition, version__number=number
        ).first()  # fmt: skip
        if standing is None:
            raise NotFound("version.unknown", f"Expected a version of this flow, found none with number {number}.")
        standing.definition = definition
        before = standing_document(standing)
        match standing.status:
            case Standing.Status.PLANNED:
                end(standing, "withdraw", now=now)
            case Standing.Status.LIVE:
                _require_withdrawable(standing, now=now)
                make_previous_live(standing, now=now)
            case _:
                raise Conflict(
                    "version.not_in_use",
                    f"Expected version {number} to be live or planned, found it {standing.status}.",
                    standing=standing.status,
                )  # fmt: skip
        # The drawing is one that nobody has published again, by the hands of those who made it.
        definition.draft_editors = list(dict.fromkeys([*definition.draft_editors, *standing.editors]))
        definition.save(update_fields=["live_version", "live_trigger", "draft_editors"])
        audit.record(
            "version.withdraw", by=by(actor, ip), on=flow_object(definition), reason=reason, before=before,
            after=standing_document(standing), now=now,
        )  # fmt: skip
    return definition.live_version


def _require_withdrawable(standing: Standing, *, now: datetime) -> None:
    live_at = standing.live_at or now
    until = live_at + WITHDRAW_WITHIN
    if now > until:
        raise Conflict(
            "version.withdraw_too_late",
            f"Expected a version that became live within {WITHDRAW_WITHIN.seconds // 60} minutes, found that it did at "
            f"{live_at.isoformat()}.",
            live_at=live_at.isoformat(), until=until.isoformat(),
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s::text))", [_START_LOCK, str(standing.version_id)])
    started = started_on(standing).count()
    if started:
        raise Conflict(
            "version.withdraw_started",
            f"Expected that nothing has started on version {standing.version.number}, found {started} runs.",
            started=started,
        )


def withdraw_until(standing: Standing, *, now: datetime) -> datetime | None:
    """Until when a version may be taken back; None when it may not be any more."""
    if standing.status == Standing.Status.PLANNED:
        return standing.effective_at
    if standing.status != Standing.Status.LIVE or standing.live_at is None:
        return None
    until = standing.live_at + WITHDRAW_WITHIN
    return None if now > until or started_on(standing).exists() else until


def started_on(standing: Standing) -> QuerySet[Instance]:
    """The runs on a version that became live a short while ago: those that started since, and those moved onto it."""
    since = (standing.live_at or standing.effective_at) - _SKEW
    return Instance.objects.filter(Q(started_at__gte=since) | Q(status="running"), version=standing.version_id)


def let_planned_go_live(*, now: datetime) -> int:
    """Make live what is planned for now or earlier, each in a transaction of its own; how many became so.

    One whose event another flow answers by then, without leave to take over, is blocked and says why.
    """
    due = Standing.objects.filter(status=Standing.Status.PLANNED, effective_at__lte=now).order_by("effective_at")
    return sum(_let_go_live(str(definition), now=now) for definition in due.values_list("definition", flat=True)[:100])


def sweep_planned(*, now: datetime) -> int:
    """The janitor: days come by the one clock that all processes share, that of the database."""
    if not Standing.objects.filter(status=Standing.Status.PLANNED, effective_at__lte=now + _SKEW).exists():
        return 0
    return let_planned_go_live(now=database_now())


def _let_go_live(definition_id: str, *, now: datetime) -> bool:
    with transaction.atomic():
        definition = locked(definition_id)
        standing = definition.standings.filter(
            status=Standing.Status.PLANNED, effective_at__lte=now
        ).select_related("version", "version__published_by").first()  # fmt: skip
        if standing is None:  # withdrawn, superseded or live by the hand of another process
            return False
        standing.definition = definition
        before = standing_document(standing)
        try:
            make_live(standing, trigger=trigger_of_version(standing.version), now=now)
        except Conflict as refused:
            standing.trouble = {"code": refused.code, "message": refused.message} | refused.fields
            end(standing, "be_blocked", now=now)
        hit("publish.day_mid")
        definition.save(update_fields=["live_version", "live_trigger"])
        is_live = bool(standing.status == Standing.Status.LIVE)
        audit.record(
            "version.go_live" if is_live else "version.blocked", by=audit.By(actor=SYSTEM, ip=None),
            on=flow_object(definition), reason=standing.version.note, before=before,
            after=standing_document(standing) | {"trouble": standing.trouble}, now=now,
        )  # fmt: skip
    return is_live


def retire(definition_id: str, *, reason: str, actor: User, ip: str | None, now: datetime) -> Definition:
    """Let nothing new start; runs under way go on. A version that waited for its day does not become live any more.

    Raises BadInput `reason.too_short`, Conflict `definition.retired` when it is already.
    """
    audit.require_reason(reason)
    with transaction.atomic():
        definition = locked(definition_id)
        require_in_use(definition)
        dropped = drop_planned(definition, now=now)
        before = {"retired_at": None, "live_trigger": definition.live_trigger, "planned_version": dropped}
        definition.retired_at, definition.live_trigger = now, None
        definition.save(update_fields=["retired_at", "live_trigger"])
        audit.record(
            "definition.retire", by=by(actor, ip), on=flow_object(definition), reason=reason, before=before,
            after={"retired_at": now.isoformat(), "live_trigger": None, "planned_version": None}, now=now,
        )  # fmt: skip
    return definition


def reinstate(definition_id: str, *, reason: str, actor: User, ip: str | None, now: datetime) -> Definition:
    """Let a retired flow start runs again, with the version that was live.

    Raises BadInput `reason.too_short`, Conflict `definition.in_use` when it is not retired, and `trigger.taken` when
    another flow has come to answer its event.
    """
    audit.require_reason(reason)
    with transaction.atomic():
        definition = locked(definition_id)
        if definition.retired_at is None:
            raise Conflict("definition.in_use", f"Expected a retired flow, found {definition.key!r} in use.")
        before = {"retired_at": definition.retired_at.isoformat(), "live_trigger": None}
        definition.retired_at = None
        listen(definition)
        definition.save(update_fields=["retired_at", "live_trigger"])
        audit.record(
            "definition.reinstate", by=by(actor, ip), on=flow_object(definition), reason=reason, before=before,
            after={"retired_at": None, "live_trigger": definition.live_trigger}, now=now,
        )  # fmt: skip
    return definition
