"""Rehearsals as JSON: what the door answers and the command line prints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from workflows.engine.json_values import encode
from workflows.engine.state import Json
from workflows.engine.values import Money
from workflows.simulation.cases import Miss
from workflows.simulation.difference import Difference, Gist, Group, changes, gist_of, percentile
from workflows.simulation.player import Beginning, Played
from workflows.simulation.story import Passage, effects_of, passages


def run_document(played: Played, *, live: Played | None, amount: Money | None) -> dict[str, Any]:
    """One run step by step, with how it goes by the live version and what is different."""
    gist = gist_of(played)
    before = None if live is None else gist_of(live)
    return {
        **_head(played.beginning, amount=amount), **_gist(gist, played),
        "steps": [_step(passage) for passage in passages(played)],
        "edges": list(dict.fromkeys(edge for passage in passages(played) for edge in passage.edges)),
        "effects": [
            {**asdict(effect), "at": effect.at.isoformat()}
            for effect in effects_of(played, amount=None if amount is None else encode(amount))
        ],
        "refusals": [{"at": at.isoformat(), "node": node, "code": code} for at, node, code in played.refusals],
        "live": None if live is None or before is None else _gist(before, live),
        "changes": [] if before is None else [_change(*one) for one in changes(before, gist)],
    }  # fmt: skip


def difference_document(difference: Difference, titles: Sequence[str]) -> dict[str, Any]:
    """What changes over all runs; `titles` are those of the runs in the order in which they were compared."""
    return {
        "compared": difference.compared,
        "changed": difference.changed,
        "totals": difference.changed_amounts.total_documents(),
        "groups": [_group(group, titles) for group in difference.sorted_groups()],
        "time": {
            "faster": difference.faster,
            "slower": difference.slower,
            "before": _spread(difference.took_before),
            "after": _spread(difference.took_after),
        },
    }


def result_document(played: Played | None, missed: Sequence[Miss]) -> dict[str, Any]:
    """How a case went."""
    gist = None if played is None else gist_of(played)
    return {
        "passed": not missed,
        "misses": [
            {"what": one.what, "expected": one.expected, "found": one.found, "message": one.sentence} for one in missed
        ],
        "path": [] if gist is None else list(gist.passed),
        "took_seconds": None if gist is None else _seconds(gist.took),
    }


def _head(beginning: Beginning, *, amount: Money | None) -> dict[str, Any]:
    subject = beginning.subject
    return {
        "subject": {"type": subject.type, "id": subject.id, "title": subject.title},
        "requester": beginning.requester, "amount": None if amount is None else encode(amount),
        "started_at": beginning.at.isoformat(),
    }  # fmt: skip


def _gist(gist: Gist, played: Played) -> dict[str, Any]:
    return {
        **gist.end, "path": list(gist.passed), "stands_at": sorted(t.node for t in played.state.tokens.values()),
        "asked": [{"node": node, **about} for (node, _), about in played.seats.items()],
        "ended_at": played.ended_at.isoformat(), "took_seconds": _seconds(gist.took),
    }  # fmt: skip


def _step(passage: Passage) -> dict[str, Any]:
    document: dict[str, Any] = asdict(passage) | {
        "because": None if passage.because is None else dict(passage.because), "output": dict(passage.output),
    }  # fmt: skip
    return {key: _plain(value) for key, value in document.items()}


def _plain(value: Any) -> Json:
    match value:
        case datetime():
            return value.isoformat()
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value


def _group(group: Group, titles: Sequence[str]) -> dict[str, Any]:
    return {
        **_change(group.kind, group.before, group.after), "count": group.count, "totals": group.total_documents(),
        "samples": [titles[number] for number in group.samples],
    }  # fmt: skip


def _change(kind: str, before: Json, after: Json) -> dict[str, Any]:
    return {"kind": kind, "before": before, "after": after}


def _spread(times: Iterable[timedelta]) -> dict[str, int]:
    times = list(times)
    return {"p50_seconds": _seconds(percentile(times, 50)), "p90_seconds": _seconds(percentile(times, 90))}


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
