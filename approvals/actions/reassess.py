"""When people leave: open seats that nobody can use any more are given back to the rules that assigned them."""

import logging
from datetime import datetime

from django.db import OperationalError, connection, transaction

from approvals.candidates import ROLE_NAMES
from approvals.directory import Directory
from workflows.actions.instances import deliver, give_up
from workflows.engine.events import SYSTEM, Signalled
from workflows.queries import present_world

BATCH = 500

_LEFT_ALONE = """
SELECT DISTINCT t.instance, t.token, t.visit
FROM approvals_assignment a JOIN approvals_approvaltask t ON t.id = a.task_id
WHERE a.status = 'open' AND t.mode <> 'resubmit' AND (
    NOT (a.scope = ANY(%s)) OR (a.scope, a.requester) IN (SELECT * FROM unnest(%s::text[], %s::text[])))
LIMIT %s
"""

_logger = logging.getLogger(__name__)
_seen: Directory | None = None  # the organisation that was looked through last, by this process


def reassess_left_work(*, now: datetime) -> int:
    """Look for seats without people whenever the organisation changed; how many runs moved. Safe to run twice.

    Costs one statement while nothing changed. Each run moves in its own transaction; one that refuses becomes an
    incident, one that is busy is told at the next sweep.
    """
    global _seen  # noqa: PLW0603 - only saves looking again; another process looks for itself
    directory = present_world().need(Directory)
    if directory is _seen:
        return 0
    waits = _left_alone(directory)
    told = [_tell(instance, token, visit, now=now) for instance, token, visit in waits]
    # A full batch may have more behind it, unless not one of it could be moved.
    if None not in told and (len(waits) < BATCH or not any(told)):
        _seen = directory
    return told.count(True)


def _left_alone(directory: Directory) -> list[tuple[str, int, int]]:
    """Waits with an open seat that nobody can use: nobody sits there, or only the person who asked."""
    people = {f"u:{person.id}" for person in directory.people.values() if person.may_decide}
    groups = {f"g:{key}": directory.members(key) for key in directory.groups}
    pools = groups | {f"r:{role}": directory.holders(role) for role in ROLE_NAMES}
    usable = people | {scope for scope, members in pools.items() if members}
    single = [(scope, members[0].id) for scope, members in pools.items() if len(members) == 1]
    with connection.cursor() as cursor:
        pools_of_one = [scope for scope, _ in single], [person for _, person in single]
        cursor.execute(_LEFT_ALONE, [sorted(usable), *pools_of_one, BATCH])
        return [(str(instance), token, visit) for instance, token, visit in cursor.fetchall()]


def _tell(instance: str, token: int, visit: int, *, now: datetime) -> bool | None:
    """Whether the run moved; None when it is busy."""
    try:
        with transaction.atomic():
            event = Signalled(token=token, visit=visit, name="reassess", actor=SYSTEM)
            return deliver(instance, event, now=now).changed
    except OperationalError:
        if not connection.is_usable():
            raise
        _logger.warning("run is busy", extra={"action": "approvals.reassess_busy", "instance": instance})
        return None
    except Exception as error:
        _logger.exception("run refused", extra={"action": "approvals.reassess_refused", "instance": instance})
        return _give_up(instance, error, token=token, visit=visit, now=now)


def _give_up(instance: str, error: Exception, *, token: int, visit: int, now: datetime) -> bool:
    try:
        return give_up(instance, error, token=token, visit=visit, now=now)
    except Exception:
        if not connection.is_usable():
            raise
        _logger.exception("incident refused", extra={"action": "approvals.incident_refused", "instance": instance})
        return False
