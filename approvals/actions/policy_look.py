"""Looks whether live flows still fit the house: now, for a page or a command, and once a day on record."""

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from approvals.directory import Directory
from approvals.models import PolicyFinding, PolicyLook
from approvals.policy_check import flow_findings, has_come_since, house_findings
from workflows.actions.soundness import problems_of
from workflows.engine.node_type import Problem
from workflows.plans import Release, live_drawings
from workflows.queries import present_world

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a live flow, or about the house itself (`release` None); `since` None for what is new."""

    release: Release | None
    problem: Problem
    since: datetime | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that it speaks of, the first where it is."""
        named = self.problem.params.get("steps") or ([] if self.problem.node is None else [self.problem.node])
        return tuple(map(str, named)) if isinstance(named, list) else ()

    @property
    def id(self) -> str:
        """The same for the same thing, whichever version of the flow it is found in."""
        flow = "" if self.release is None else self.release.key
        said = {key: value for key, value in asdict(self.problem).items() if key != "message"}
        return hashlib.sha256(json.dumps([flow, said], sort_keys=True).encode()).hexdigest()


def look_over(*, now: datetime) -> Sequence[Finding]:
    """All findings of this moment, errors first, with since when each is known. Changes nothing."""
    since = dict(PolicyFinding.objects.values_list("id", "since"))
    found = [Finding(release=one.release, problem=one.problem, since=since.get(one.id)) for one in _look(now=now)]
    return sorted(found, key=lambda one: (one.problem.severity != "error", one.release is not None))


def look_daily(*, now: datetime) -> int:
    """The look of the day, if nobody has made it yet: what is new is told in the log; how much is."""
    day = timezone.localdate(now)
    if PolicyLook.objects.filter(day=day).exists():
        return 0
    with transaction.atomic():
        look, is_mine = PolicyLook.objects.get_or_create(day=day, defaults={"at": now})
        if not is_mine:
            return 0
        found = {one.id: one for one in _look(now=now)}
        PolicyFinding.objects.exclude(pk__in=found).delete()
        known = set(PolicyFinding.objects.values_list("pk", flat=True))
        news = [one for key, one in found.items() if key not in known]
        PolicyFinding.objects.bulk_create(PolicyFinding(id=one.id, since=now) for one in news)
        look.findings, look.news = len(found), len(news)
        look.save()
    for one in news:
        flow = "" if one.release is None else one.release.key
        said = {"action": "approvals.policy_finding", "flow": flow, "code": one.problem.code}
        _logger.warning("policy finding: %s", one.problem.message, extra=said)
    return len(news)


def _look(*, now: datetime) -> Iterator[Finding]:
    world = present_world()
    for problem in house_findings(world.need(Directory), now=now):
        yield Finding(release=None, problem=problem)
    for drawing, release in live_drawings():
        seen: set[str] = set()
        published = (one for one in problems_of(drawing, flow=release.key, now=now) if has_come_since(one))
        for problem in (*published, *flow_findings(release.plan, world=world, now=now)):
            finding = Finding(release=release, problem=problem)
            if finding.id not in seen:
                seen.add(finding.id)
                yield finding
