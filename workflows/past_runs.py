"""What past runs started from, as their histories tell it: the subject, the values and the instant of then."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from workflows import wings
from workflows.engine.fact_document import decode
from workflows.engine.facts import Started
from workflows.models import Definition, HistoryEvent, Instance
from workflows.simulation.player import Beginning


def past_beginnings(
    definition: Definition, *, trigger: str | None, since: datetime | None, names: Sequence[str], limit: int
) -> list[Beginning]:
    """The newest runs, oldest of them first: those that the flow's event started, or else those of the flow itself.

    Since an instant, or about what goes by one of these names. Two statements for all of them.
    """
    recall = wings.recall_of(trigger)
    if recall is None:
        ids = _runs_of(definition, since=since, names=names, limit=limit)
    else:
        ids = list(recall(since=since, names=names, limit=limit))
    rows = HistoryEvent.objects.filter(instance__in=ids, seq=1).order_by("at", "pk")
    return [_beginning(at, kind, data) for at, kind, data in rows.values_list("at", "kind", "data")]


def _runs_of(definition: Definition, *, since: datetime | None, names: Sequence[str], limit: int) -> list[str]:
    rows = Instance.objects.filter(version__definition=definition)
    if since is not None:
        rows = rows.filter(started_at__gte=since)
    else:
        rows = rows.filter(Q(subject_id__in=names) | Q(subject_title__in=names))
    newest = rows.order_by("-started_at", "-pk").values_list("pk", flat=True)
    return [str(one) for one in newest[:limit]]


def _beginning(at: datetime, kind: str, data: dict[str, object]) -> Beginning:
    fact = decode(kind, data)
    assert isinstance(fact, Started)  # noqa: S101 - the first fact of every history is this one
    return Beginning(subject=fact.subject, variables=fact.variables, requester=fact.requester, at=at)
