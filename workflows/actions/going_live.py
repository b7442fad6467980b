"""A version becomes the one that new runs use, and gives way again. Callers hold the lock of the flow."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from bedrock.errors import BadInput, Conflict
from workflows.actions import audit
from workflows.engine.events import Actor
from workflows.engine.plan import Plan
from workflows.models import Definition, DefinitionVersion, Standing
from workflows.plans import release_of

LONGEST_PLAN = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a version is to become live: at once, or on a day; whether it may take an event over from another flow;
    why, if test cases fail, and that is meant; and, when somebody else confirms it, who asked for it."""

    effective_at: datetime | None = None
    take_over: bool = False
    despite_cases: str | None = None
    asked_by: User | None = None


AT_ONCE = Terms()


def stand(
    version: DefinitionVersion, *, terms: Terms, plan: Plan, confirmed_by: User | None, now: datetime
) -> int | None:
    """Give a new version its standing: live at once or planned. The number of a planned version that it supersedes.

    What was published last counts: a version that still waited for its day does not become live any more.
    """
    definition, trigger = version.definition, trigger_of(plan)
    superseded = drop_planned(definition, now=now)
    standing = Standing(
        version=version, definition=definition, status=Standing.Status.PLANNED, take_over=terms.take_over,
        effective_at=terms.effective_at or now, editors=definition.draft_editors, confirmed_by=confirmed_by,
    )  # fmt: skip
    if terms.effective_at is None:
        make_live(standing, trigger=trigger, now=now)
    else:
        holder = _holder_of(trigger, definition)
        if holder is not None and not terms.take_over:
            raise _taken(trigger, holder)
        standing.save(force_insert=True)
    definition.draft_editors = []
    definition.save(update_fields=["draft_editors", "live_version", "live_trigger"])
    return superseded


def day_of(effective_at: datetime | None, *, now: datetime) -> datetime | None:
    """The day on which a version is to become live; None for at once.

    Raises BadInput `publish.effective_in_past` and `publish.effective_too_late`.
    """
    if effective_at is None:
        return None
    if effective_at <= now:
        raise _no_day("publish.effective_in_past", f"Expected a time after {now.isoformat()}", effective_at)
    if effective_at > now + LONGEST_PLAN:
        raise _no_day("publish.effective_too_late", f"Expected a time within {LONGEST_PLAN.days} days", effective_at)
    return effective_at


def make_live(standing: Standing, *, trigger: str | None, now: datetime) -> None:
    """New runs use this version from now on, and the one before gives way. The caller saves the flow.

    Raises Conflict `trigger.taken` when another live flow answers the same event and it may not be taken over.
    """
    definition = standing.definition
    standing.took_from = _free(trigger, definition, take_over=standing.take_over)
    old = definition.standings.filter(status=Standing.Status.LIVE).first()
    if old is not None:
        old.give_way()
        old.ended_at = now
        old.save()
        standing.replaces = old.version
    standing.trigger_before = definition.live_trigger
    standing.go_live()
    standing.live_at = now
    standing.save()
    definition.live_version, definition.live_trigger = standing.version, trigger


def make_previous_live(standing: Standing, *, now: datetime) -> DefinitionVersion | None:
    """Withdraw the live version and put the one before it in its place again; None when there was none.

    Events are answered as before: what it took over from another flow goes back to that, and the flow hears what it
    heard. The caller saves the flow. Raises Conflict `trigger.taken` when another flow has come to answer that since.
    """
    definition, previous = standing.definition, standing.replaces
    end(standing, "withdraw", now=now)
    if previous is not None:
        before = Standing.objects.get(version=previous)
        before.return_to_live()
        before.ended_at = None
        before.save()
    lost, definition.live_version, definition.live_trigger = definition.live_trigger, previous, None
    definition.save(update_fields=["live_version", "live_trigger"])
    if standing.took_from is not None and lost is not None:
        _give_back(lost, standing.took_from)
    if standing.trigger_before is not None and definition.retired_at is None:
        _free(standing.trigger_before, definition, take_over=False)
        definition.live_trigger = standing.trigger_before
    return previous


def drop_planned(definition: Definition, *, now: datetime) -> int | None:
    """No version waits for its day any more; the number of the one that did."""
    planned = definition.standings.filter(status=Standing.Status.PLANNED).select_related("version").first()
    if planned is None:
        return None
    end(planned, "be_superseded", now=now)
    return planned.version.number


def end(standing: Standing, how: str, *, now: datetime) -> None:
    """A standing that is live or planned comes to its end by one of its transitions."""
    getattr(standing, how)()
    standing.ended_at = now
    standing.save()


def listen(definition: Definition) -> None:
    """Let a flow answer the event of its live version again. Raises Conflict `trigger.taken`."""
    if definition.live_version is not None:
        trigger = trigger_of_version(definition.live_version)
        _free(trigger, definition, take_over=False)
        definition.live_trigger = trigger


def trigger_of(plan: Plan) -> str | None:
    """The event that starts runs of this plan."""
    trigger: str | None = getattr(plan.start.config, "trigger", None)
    return trigger


def trigger_of_version(version: DefinitionVersion) -> str | None:
    """The event that starts runs of this version."""
    return trigger_of(release_of(str(version.pk)).plan)


def by(actor: User, ip: str | None) -> audit.By:
    """A person as the audit names them."""
    return audit.By(actor=Actor(id=str(actor.pk), name=actor.get_full_name()), ip=ip)


def flow_object(definition: Definition) -> audit.AuditObject:
    """A flow as the audit names it."""
    return audit.AuditObject(type="definition", id=str(definition.pk), title=definition.key)


def standing_document(standing: Standing) -> dict[str, Any]:
    """What the audit keeps of a version and of what is live beside it."""
    version, live = standing.version, standing.definition.live_version
    return {
        "version": version.number, "graph_hash": version.graph_hash, "status": standing.status,
        "effective_at": standing.effective_at.isoformat(), "live_version": live.number if live else None,
    }  # fmt: skip


def published_document(standing: Standing) -> dict[str, Any]:
    """The same of a version that was just published."""
    is_planned = standing.status == Standing.Status.PLANNED
    return standing_document(standing) | {"planned_version": standing.version.number if is_planned else None}


def _holder_of(trigger: str | None, definition: Definition) -> Definition | None:
    if trigger is None:
        return None
    return Definition.objects.select_for_update().filter(live_trigger=trigger).exclude(pk=definition.pk).first()


def _free(trigger: str | None, definition: Definition, *, take_over: bool) -> Definition | None:
    holder = _holder_of(trigger, definition)
    if holder is None:
        return None
    if not take_over:
        raise _taken(trigger, holder)
    holder.live_trigger = None
    holder.save(update_fields=["live_trigger"])
    return holder


def _give_back(trigger: str, former: Definition) -> None:
    """To the flow that answered it before, if that would still answer it and nobody else does by now."""
    row = Definition.objects.select_for_update().get(pk=former.pk)
    would = row.live_version is not None and trigger_of_version(row.live_version) == trigger
    if would and row.retired_at is None and row.live_trigger is None and _holder_of(trigger, row) is None:
        row.live_trigger = trigger
        row.save(update_fields=["live_trigger"])


def _taken(trigger: str | None, holder: Definition) -> Conflict:
    return Conflict(
        "trigger.taken",
        f"Expected no other live flow for {trigger!r}, found {holder.key!r}; publish with take_over to replace it.",
        trigger=trigger, holder={"id": str(holder.pk), "key": holder.key, "title": holder.title},
    )  # fmt: skip


def _no_day(code: str, expected: str, found: datetime) -> BadInput:
    message = f"{expected}, found {found.isoformat()}."
    return BadInput(
        code, message, problems=[{"path": "effective_at", "code": code, "message": message, "params": {}}]
    )  # fmt: skip
