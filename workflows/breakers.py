"""Leaving alone whom nobody reaches: a target that failed several times in a row rests, and is then asked by one job.

Whoever claims jobs looks at these rows (`workflows.jobs`). A target that answers has none, so health costs no write.
"""

import logging
from dataclasses import dataclass
from typing import Final

from django.db import connection

FAILURES: Final = 5  # in a row, of whichever jobs
REST_SECONDS: Final = 15.0

_FAILED: Final = """
INSERT INTO workflows_breaker AS b (target, failures, code, until) VALUES (%s, 1, %s, NULL)
ON CONFLICT (target) DO UPDATE SET failures = b.failures + 1, code = EXCLUDED.code, until = CASE
    WHEN b.failures + 1 >= %s THEN clock_timestamp() + make_interval(secs => %s) END
RETURNING failures
"""

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Health:
    """How a target does, as one worker sees it: `ails` since it failed last, `rests` when nobody is to ask it now."""

    target: str
    ails: bool
    rests: bool = False

    def failed(self, code: str) -> None:
        """It did not answer, or only with trouble of its own; from the fifth time in a row on it rests."""
        with connection.cursor() as cursor:
            cursor.execute(_FAILED, [self.target, code, FAILURES, REST_SECONDS])
            [failures] = cursor.fetchone()
        self.ails, self.rests = True, failures >= FAILURES
        if self.rests:
            said = {"action": "workflows.target_rests", "target": self.target, "code": code, "failures": failures}
            _logger.warning("target rests", extra=said)

    def answered(self) -> None:
        """It answers, with whatever; nobody needs to know of failures before."""
        if self.ails:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM workflows_breaker WHERE target = %s", [self.target])
            self.ails = False
