"""Every run told again from its history and compared with what is stored. Reads only, a batch at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from workflows.codec import encode_state
from workflows.engine.replay import BrokenHistory, Recorded, first_difference, replay
from workflows.models import HistoryEvent, Instance

BATCH: Final = 200
_FACTS = HistoryEvent.objects.filter(instance=OuterRef("pk")).order_by("seq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A run told again. `field` is the first that differs from what is stored, or None; `message` says how."""

    instance: str
    field: str | None = None
    message: str = ""


def replay_all() -> Iterator[Replayed]:
    """All runs, in the order of their ids; each batch is one statement, so a run that moves meanwhile is whole."""
    last: UUID | None = None
    while rows := _batch(last):
        yield from map(_replayed, rows)
        last = rows[-1].pk


def replay_one(instance_id: str) -> Replayed | None:
    """One run, or None when there is no such run."""
    row = _told().filter(pk=instance_id).first()
    return None if row is None else _replayed(row)


def _told() -> Any:
    """Runs with their facts beside them, read in one statement."""
    facts = ArraySubquery(_FACTS.values(fact=JSONObject(seq="seq", kind="kind", data="data")))
    return Instance.objects.only("seq", "status", "state").annotate(facts=facts)


def _batch(last: UUID | None) -> Sequence[Any]:
    rows = _told() if last is None else _told().filter(pk__gt=last)
    return list(rows.order_by("pk")[:BATCH])


def _replayed(row: Any) -> Replayed:
    instance = str(row.pk)
    try:
        state = replay(Recorded(**fact) for fact in row.facts)
    except BrokenHistory as broken:
        return Replayed(instance=instance, field=f"history[{broken.seq}]", message=broken.message)
    told = {"state": encode_state(state), "status": state.status, "seq": state.seq}
    field = first_difference(told, _stored(row))
    if field is None:
        return Replayed(instance=instance)
    message = f"Expected {field} as the {state.seq} facts of the history give it, found it otherwise."
    return Replayed(instance=instance, field=field, message=message)


def _stored(row: Instance) -> Mapping[str, Any]:
    return {"state": row.state, "status": row.status, "seq": row.seq}
