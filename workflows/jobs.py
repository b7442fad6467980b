"""Performs deferred work: claimed with a lease in database time, done outside of any lock, reported back to its run.

Two workers may do the same job after a lease ran out; the effect key makes that one effect, and the run takes only the
first report. A batch asks one target only, and only so many workers are at one target at once, so that whoever is slow
holds up nobody else.
"""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from bedrock.clock import now
from bedrock.errors import Unavailable
from bedrock.ids import new_id
from workflows import effects, runtime
from workflows.breakers import Health
from workflows.codec import decode_state
from workflows.engine.catching import RetryPolicy, retry_policy
from workflows.engine.events import ActivityDone, ActivityFailed
from workflows.engine.node_type import NodeType
from workflows.engine.registry import registry
from workflows.engine.work import Done, GiveUp, Job, JobResult, Retry, RunContext, Work
from workflows.failpoints import hit
from workflows.plans import release_of
from workflows.prepared import fetch

BATCH = 20
BACKOFF_SECONDS = (1.0, 3.0, 10.0, 30.0, 60.0)  # after work that broke instead of answering

# Of the targets that somebody waits for and that do not rest, the one where the fewest workers are; where several are
# equal the lot decides, so that a backlog gets its share and no more. One that failed last is asked by one job alone.
# The workers are counted, not locked: claims of the same moment may be one too many.
# The commit of a claim waits for no disk: a claim that a crash undoes is a job that the next worker takes.
_CLAIM = """
WITH RECURSIVE targets AS (
    (SELECT target FROM workflows_activityjob WHERE target > '' ORDER BY target LIMIT 1)
    UNION ALL
    SELECT (SELECT j.target FROM workflows_activityjob j WHERE j.target > t.target ORDER BY j.target LIMIT 1)
    FROM targets t WHERE t.target IS NOT NULL
), due AS (
    SELECT statement_timestamp() - make_interval(secs => %s) AS since
), chosen AS (
    SELECT t.target, b.target IS NOT NULL AS ails, since
    FROM due CROSS JOIN targets t LEFT JOIN workflows_breaker b ON b.target = t.target
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT h.claimed) AS workers FROM workflows_activityjob h
            WHERE h.target = t.target AND h.claimed IS NOT NULL AND h.available_at > statement_timestamp()) busy
    WHERE (b.until IS NULL OR b.until <= statement_timestamp())
        AND workers < CASE WHEN b.until IS NULL THEN %s ELSE 1 END
        AND EXISTS (SELECT FROM workflows_activityjob d WHERE d.target = t.target AND d.available_at <= since)
    ORDER BY workers, random() LIMIT 1
), taken AS (
    UPDATE workflows_activityjob SET claimed = %s::uuid, tries = tries + 1,
        available_at = clock_timestamp() + make_interval(secs => %s)
    WHERE id = ANY(ARRAY(
        SELECT j.id FROM workflows_activityjob j
        WHERE j.target = (SELECT target FROM chosen) AND j.available_at <= (SELECT since FROM chosen)
        ORDER BY j.available_at LIMIT (SELECT CASE WHEN ails THEN 1 ELSE %s END FROM chosen) FOR UPDATE SKIP LOCKED))
    RETURNING id, instance, token, node, visit, attempt, type, payload, tries)
SELECT t.id::text, t.instance::text, t.token, t.node, t.visit, t.attempt, t.type, t.payload::text, t.tries,
    i.version_id::text, i.state::text, c.target, c.ails, set_config('synchronous_commit', 'off', true)
FROM chosen c LEFT JOIN (taken t JOIN workflows_instance i ON i.id = t.instance) ON TRUE ORDER BY t.id
"""
_GIVE_BACK = """
UPDATE workflows_activityjob SET claimed = NULL, tries = tries - 1, available_at = LEAST(created_at, clock_timestamp())
WHERE id = ANY(%s::uuid[]) AND claimed = %s
"""
LOOKS = 3  # for work when the jobs of the chosen target are just being taken by others

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that this worker holds until its lease ends, with its run's version and state as they are stored.

    `health` is that of its target, shared by the batch.
    """

    id: str
    by: str
    instance: str
    work: Work
    tries: int
    version: str
    state: str
    health: Health


def perform_due(*, overdue_seconds: float = 0, limit: int = BATCH) -> int:
    """Claim and perform jobs of one target that may be claimed since `overdue_seconds`; how many were done."""
    claims = _claim(overdue_seconds=overdue_seconds, limit=limit)
    claimed_at = time.monotonic()
    for done, claim in enumerate(claims):
        is_late = time.monotonic() - claimed_at > settings.ORDERFLOW_LEASE_SECONDS / 4
        if claim.health.rests or (done and is_late):  # slow ones used up the lease of those behind them
            _give_back(claims[done:])
            return done
        _do(claim)
    return len(claims)


def _do(claim: Claim) -> None:
    hit("job.claimed")
    try:
        result = _perform(claim)
        hit("job.performed")
        report(claim, result)
    except Exception:
        if not connection.is_usable():
            raise
        # This run is busy or broken; the other jobs of the batch are not to wait for it.
        _logger.exception(
            "report not taken",
            extra={"action": "workflows.report_not_taken", "instance": claim.instance},
        )
        _try_later(
            claim,
            Retry(code="report.not_taken", message="The run did not take it.", after_seconds=_backoff(claim)),
        )


def _give_back(claims: Sequence[Claim]) -> None:
    """They were not begun: whoever is free does them, before those that came later."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [[claim.id for claim in claims], claims[0].by])


def _claim(*, overdue_seconds: float, limit: int) -> Sequence[Claim]:
    by = new_id()
    asked = [overdue_seconds, settings.ORDERFLOW_WORKERS_PER_TARGET, by, settings.ORDERFLOW_LEASE_SECONDS, limit]
    for _ in range(LOOKS):
        # A transaction of its own: one trip, and nothing is held while the work is done.
        rows = fetch(_CLAIM, asked)
        if not rows:
            break
        if rows[0][0] is not None:
            *_, target, ails, _ = rows[0]
            health = Health(target=target, ails=ails)
            return [_claimed(by, row, health) for row in rows]
    return []


def _claimed(by: str, row: Sequence[Any], health: Health) -> Claim:
    job_id, instance, token, node, visit, attempt, node_type, payload, tries, version, state, *_ = row
    work = Work(
        type=node_type, node=node, token=token, visit=visit, attempt=attempt,
        payload=json.loads(payload),
    )  # fmt: skip
    return Claim(
        id=job_id, by=by, instance=instance, work=work, tries=tries, version=version, state=state, health=health
    )  # fmt: skip


def _perform(claim: Claim) -> JobResult:
    known = registry.find(claim.work.type) or NodeType
    policy: RetryPolicy | None = None
    try:
        # Read one by one: a run that nobody can read is the trouble of its own job.
        policy = retry_policy(release_of(claim.version).plan.nodes[claim.work.node].config)
        result = registry.get(claim.work.type).perform(_job(claim))
        _note(claim.health, result)
    except Exception as error:
        _logger.exception(
            "activity broke",
            extra={"action": "workflows.activity_broke", "instance": claim.instance, "node": claim.work.node},
        )
        result = Retry(
            code="activity.broke", message=f"Expected an answer, found {type(error).__name__}.",
            after_seconds=_backoff(claim), is_outcome_unknown=known.external_effect,
        )  # fmt: skip
    return _within_tries(result, claim, policy, max_tries=known.max_tries) if isinstance(result, Retry) else result


def _note(health: Health, result: JobResult) -> None:
    """What the answer says of whom was asked: a refusal is an answer, too."""
    match result:
        case Retry(ails=True) | GiveUp(is_outcome_unknown=True):
            health.failed(result.code)
        case Retry():
            pass
        case _:
            health.answered()


def _within_tries(result: Retry, claim: Claim, policy: RetryPolicy | None, *, max_tries: int) -> JobResult:
    """Another try when the flow's policy, or else the type, still has one; as soon as it says."""
    if claim.tries >= (policy.tries if policy else max_tries):
        return GiveUp(
            code=result.code, message=result.message, params=result.params,
            is_outcome_unknown=result.is_outcome_unknown,
        )  # fmt: skip
    if policy is None:
        return result
    return replace(result, after_seconds=max(policy.wait_after(claim.tries), result.asked_seconds))


def _job(claim: Claim) -> Job:
    state, release = decode_state(claim.state), release_of(claim.version)
    context = RunContext(
        instance=claim.instance, definition_key=release.key, definition_title=release.title,
        version=release.number, subject=state.subject, requester=state.requester, caller=state.caller, now=now(),
    )  # fmt: skip
    return Job(context=context, work=claim.work, variables=state.variables, tries=claim.tries)


def _backoff(claim: Claim) -> float:
    return BACKOFF_SECONDS[min(claim.tries, len(BACKOFF_SECONDS)) - 1]


def report(claim: Claim, result: JobResult) -> None:
    """Tell the run how its work went, in one transaction. If the run moved on, the job is dropped."""
    work, is_done = claim.work, isinstance(result, Done)
    if isinstance(result, Retry):
        _try_later(claim, result)
        return
    event: ActivityDone | ActivityFailed
    if isinstance(result, Done):
        event = ActivityDone(token=work.token, visit=work.visit, attempt=work.attempt, output=result.output)
    else:
        event = ActivityFailed(
            token=work.token, visit=work.visit, attempt=work.attempt, code=result.code,
            message=result.message, params=result.params,
            caught_by="code" if result.is_outcome_unknown else "any",
        )  # fmt: skip
    try:
        _deliver(claim, event, is_done=is_done)
    except Exception as error:
        if isinstance(error, Unavailable | DatabaseError):
            raise
        # What follows it in the drawing is refused or breaks: a person must look.
        code, message = runtime.cause_of(error)
        after = "done" if isinstance(result, Done) else result.code
        refused = ActivityFailed(
            token=work.token, visit=work.visit, attempt=work.attempt, code=code,
            message=message, params={"after": after}, caught_by="nothing",
        )  # fmt: skip
        _deliver(claim, refused, is_done=is_done)


def _deliver(claim: Claim, event: ActivityDone | ActivityFailed, *, is_done: bool) -> None:
    """Tell the run. What was done although its run does not go on with it, the ledger remembers."""
    with transaction.atomic():
        delivered = runtime.deliver(claim.instance, event, now=now())
        if not delivered.changed:
            _drop(claim)
        if is_done and not (delivered.changed and isinstance(event, ActivityDone)):
            work = claim.work
            effects.note_done(
                effects.Wish(instance=claim.instance, node=work.node, visit=work.visit, attempt=work.attempt)
            )
        hit("job.before_done")


def _try_later(claim: Claim, result: Retry) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workflows_activityjob SET claimed = NULL, "
            "available_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s AND claimed = %s",
            [result.after_seconds, claim.id, claim.by],
        )
    _logger.info(
        "activity will be tried again",
        extra={
            "action": "workflows.activity_retry", "instance": claim.instance,
            "node": claim.work.node, "code": result.code, "after_seconds": result.after_seconds,
        },
    )  # fmt: skip


def _drop(claim: Claim) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflows_activityjob WHERE id = %s AND claimed = %s", [claim.id, claim.by])
