"""Performs deferred work: claimed with a lease in database time, done outside of any lock, reported back to its run.

Two workers may do the same job after a lease ran out; the effect key makes that one effect, and the run takes only the
first report.
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

# The commit of a claim waits for no disk: a claim that a crash undoes is a job that the next worker takes.
_CLAIM = """
WITH taken AS (
    UPDATE workflows_activityjob SET claimed = %s::uuid, tries = tries + 1,
        available_at = clock_timestamp() + make_interval(secs => %s)
    WHERE id = ANY(ARRAY(
        SELECT id FROM workflows_activityjob WHERE available_at <= statement_timestamp() - make_interval(secs => %s)
        ORDER BY available_at LIMIT %s FOR UPDATE SKIP LOCKED))
    RETURNING id, instance, token, node, visit, attempt, type, payload, tries)
SELECT t.id::text, t.instance::text, t.token, t.node, t.visit, t.attempt, t.type, t.payload::text, t.tries,
    i.version_id::text, i.state::text, set_config('synchronous_commit', 'off', true)
FROM taken t JOIN workflows_instance i ON i.id = t.instance ORDER BY t.id
"""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that this worker holds until its lease ends, with its run's version and state as they are stored."""

    id: str
    by: str
    instance: str
    work: Work
    tries: int
    version: str
    state: str


def perform_due(*, overdue_seconds: float = 0, limit: int = BATCH) -> int:
    """Claim and perform jobs that may be claimed since `overdue_seconds`; how many were taken."""
    claims = _claim(overdue_seconds=overdue_seconds, limit=limit)
    claimed_at = time.monotonic()
    for claim in claims:
        # Slow jobs before this one may have used up its lease; then it may be somebody else's already.
        if time.monotonic() - claimed_at < settings.ORDERFLOW_LEASE_SECONDS / 4 or _renew(claim):
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


def _renew(claim: Claim) -> bool:
    """Begin the lease anew; False when it ran out and another worker took the job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workflows_activityjob SET available_at = clock_timestamp() + make_interval(secs => %s) "
            "WHERE id = %s AND claimed = %s",
            [settings.ORDERFLOW_LEASE_SECONDS, claim.id, claim.by],
        )
        return bool(cursor.rowcount)


def _claim(*, overdue_seconds: float, limit: int) -> Sequence[Claim]:
    by = new_id()
    # A transaction of its own: one trip, and nothing is held while the work is done.
    rows = fetch(_CLAIM, [by, settings.ORDERFLOW_LEASE_SECONDS, overdue_seconds, limit])
    return [_claimed(by, row) for row in rows]


def _claimed(by: str, row: Sequence[Any]) -> Claim:
    job_id, instance, token, node, visit, attempt, node_type, payload, tries, version, state, _ = row
    work = Work(
        type=node_type, node=node, token=token, visit=visit, attempt=attempt,
        payload=json.loads(payload),
    )  # fmt: skip
    return Claim(id=job_id, by=by, instance=instance, work=work, tries=tries, version=version, state=state)


def _perform(claim: Claim) -> JobResult:
    known = registry.find(claim.work.type) or NodeType
    policy: RetryPolicy | None = None
    try:
        # Read one by one: a run that nobody can read is the trouble of its own job.
        policy = retry_policy(release_of(claim.version).plan.nodes[claim.work.node].config)
        result = registry.get(claim.work.type).perform(_job(claim))
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
