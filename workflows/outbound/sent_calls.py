"""The memory of requests that must not go out twice: at most one is let out per wait, however workers die or sleep."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from workflows.engine.work import Job
from workflows.failpoints import hit

KEPT: Final = timedelta(days=1)
BATCH: Final = 500

_NOTE: Final = """
INSERT INTO workflows_sentcall (instance, node, visit, attempt, sent_at)
VALUES (%s, %s, %s, %s, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_AGE: Final = """
SELECT extract(epoch FROM clock_timestamp() - sent_at) FROM workflows_sentcall
WHERE instance = %s AND node = %s AND visit = %s AND attempt = %s
"""
# A row is needed for as long as a worker may still come for its job.
_FORGET: Final = """
DELETE FROM workflows_sentcall WHERE (instance, node, visit, attempt) IN (
    SELECT instance, node, visit, attempt FROM workflows_sentcall s WHERE sent_at < %s AND NOT EXISTS (
        SELECT 1 FROM workflows_activityjob j WHERE j.instance = s.instance AND j.node = s.node
            AND j.visit = s.visit AND j.attempt = s.attempt)
    ORDER BY sent_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""


class SentBefore(Exception):  # noqa: N818 - named for what happened
    """This wait's request was let out already, `seconds` ago."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"let out {seconds:.1f} s ago")
        self.seconds = seconds


def note_sending(job: Job) -> None:
    """Durable from here on: this wait's request may have been sent. Raises SentBefore when it was so before."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, _key(job))
        if cursor.rowcount:
            hit("call.noted")
            return
    refuse_sent(job)


def refuse_sent(job: Job) -> None:
    """Raise SentBefore when this wait's request may have been sent already."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE, _key(job))
        found = cursor.fetchone()
    if found is not None:
        raise SentBefore(float(found[0]))


def forget_sent(*, now: datetime) -> int:
    """Delete a batch of old rows whose job is settled; how many. Safe beside others."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEPT, BATCH])
        return int(cursor.rowcount)


def _key(job: Job) -> tuple[str, str, int, int]:
    return (job.context.instance, job.work.node, job.work.visit, job.work.attempt)
