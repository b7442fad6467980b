"""The ledger of effects outside of the house: claim → let out → call → confirm, or skipped.

Directly before a call leaves the house it is let out here, committed. Whoever takes the token away meanwhile (force,
cancellation, region, end of the whole run) writes into the same row that the effect was skipped, in the statement that
moves the run. The row decides which of the two came first, so what was skipped never leaves, however late a worker
comes; and what had left before is known to be unknown until somebody tells.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from bedrock.errors import Conflict
from workflows.engine.work import Job
from workflows.failpoints import hit

KEPT: Final = timedelta(days=1)
BATCH: Final = 500

_LET_OUT: Final = """
INSERT INTO workflows_effect AS e (instance, node, visit, attempt, let_out_at, unanswered, is_done)
SELECT %(instance)s, %(node)s, %(visit)s, %(attempt)s, clock_timestamp(), 1, FALSE
WHERE NOT (%(doubts)s AND EXISTS (
    SELECT FROM workflows_effect WHERE instance = %(instance)s AND node = %(node)s AND visit < %(visit)s
        AND skipped_at IS NOT NULL AND unanswered > 0))
ON CONFLICT (instance, node, visit) DO UPDATE
    SET attempt = GREATEST(e.attempt, EXCLUDED.attempt), let_out_at = clock_timestamp(), unanswered = e.unanswered + 1
    WHERE e.skipped_at IS NULL AND (e.attempt < EXCLUDED.attempt OR NOT %(once)s)
"""
_FOUND: Final = """
SELECT skipped_by_name, cause, attempt >= %(attempt)s, extract(epoch FROM clock_timestamp() - let_out_at)
FROM workflows_effect WHERE instance = %(instance)s AND node = %(node)s AND visit = %(visit)s
"""
_ANSWERED: Final = """
UPDATE workflows_effect SET unanswered = CASE WHEN %(done)s THEN 0 ELSE GREATEST(unanswered - 1, 0) END,
    is_done = is_done OR %(done)s
WHERE instance = %(instance)s AND node = %(node)s AND visit = %(visit)s AND let_out_at IS NOT NULL
"""
# What was let out is remembered for as long as a worker may still come for it, or a person may skip it.
_FORGET: Final = """
DELETE FROM workflows_effect WHERE (instance, node, visit) IN (
    SELECT instance, node, visit FROM workflows_effect e WHERE skipped_at IS NULL AND let_out_at < %s
        AND NOT EXISTS (SELECT FROM workflows_activityjob j WHERE j.instance = e.instance AND j.node = e.node
            AND j.visit = e.visit)
        AND NOT EXISTS (SELECT FROM workflows_incident n WHERE n.instance = e.instance AND n.node = e.node
            AND n.visit = e.visit AND n.resolved_at IS NULL)
    ORDER BY let_out_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""


class LetOutBefore(Exception):  # noqa: N818 - named for what happened
    """This wait's call was let out already, `seconds` ago."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"let out {seconds:.1f} s ago")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """That one wait of a run wants an effect of its visit."""

    instance: str
    node: str
    visit: int
    attempt: int

    @property
    def values(self) -> dict[str, str | int]:
        """The parameters of a statement about it."""
        return {"instance": self.instance, "node": self.node, "visit": self.visit, "attempt": self.attempt}


def wish_of(job: Job) -> Wish:
    """What a job wants to have done."""
    work = job.work
    return Wish(instance=job.context.instance, node=work.node, visit=work.visit, attempt=work.attempt)


def let_out(wish: Wish, *, once: bool = False, doubts: bool = False) -> None:
    """Durable from the commit on: this effect may have happened. To be called directly before the call.

    With `once` no second call is let out for one attempt. With `doubts` a first attempt is refused as long as nobody
    knows whether the effect of an earlier visit has happened that was skipped under way; a person may try again.
    Raises Conflict `effect.skipped` and `effect.earlier_unknown`; LetOutBefore.
    """
    doubts = doubts and wish.attempt == 1
    with connection.cursor() as cursor:
        cursor.execute(_LET_OUT, wish.values | {"once": once, "doubts": doubts})
        is_let_out = bool(cursor.rowcount)
    if not is_let_out:
        require_wanted(wish, once=once)
        raise Conflict(
            "effect.earlier_unknown",
            f"Expected to know whether {wish.node} has acted before, found that it was skipped while it did.",
            node=wish.node, visit=wish.visit,
        )  # fmt: skip
    hit("effect.let_out")


def require_wanted(wish: Wish, *, once: bool = False) -> None:
    """Refuse what was skipped and, with `once`, what was let out. Holds nothing: `let_out` is what decides.

    Raises Conflict `effect.skipped`; LetOutBefore.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, wish.values)
        found = cursor.fetchone()
    if found is None:
        return
    by, cause, is_same_attempt, seconds = found
    if cause is not None:
        raise Conflict(
            "effect.skipped", f"Expected that {wish.node} is wanted, found that it was skipped.",
            node=wish.node, visit=wish.visit, cause=cause, by=by,
        )  # fmt: skip
    if once and is_same_attempt:
        raise LetOutBefore(float(seconds))


def note_answered(wish: Wish) -> None:
    """A call that was let out was answered: whatever came of it, that one is no longer unknown."""
    _note(wish, done=False)


def note_done(wish: Wish) -> None:
    """It has happened, but its run does not go on with it: nothing else would remember."""
    _note(wish, done=True)


def _note(wish: Wish, *, done: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, wish.values | {"done": done})


def forget_let_out(*, now: datetime) -> int:
    """Delete a batch of old rows of effects that are settled and were not skipped; how many. Safe beside others."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEPT, BATCH])
        return int(cursor.rowcount)
