"""The floor: what the design itself costs, one read and one data-modifying WITH for each action, and nothing thought.

Statements: start 1, approve 2, final approve with the service step 2; eleven rows for each instance.
"""

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.db import connection

from tests.bench.peers.stopwatch import Stopwatch

_TABLES = """
    CREATE TABLE floor_instance (id bigserial PRIMARY KEY, number text NOT NULL, node text, finished timestamptz);
    CREATE TABLE floor_task (id bigserial PRIMARY KEY, instance bigint NOT NULL, node text NOT NULL,
        assignee bigint NOT NULL, status smallint NOT NULL DEFAULT 0, closed timestamptz);
    CREATE INDEX floor_task_open ON floor_task (assignee, instance) WHERE status = 0;
    CREATE TABLE floor_history (id bigserial PRIMARY KEY, instance bigint NOT NULL, what text NOT NULL,
        actor bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX floor_history_instance ON floor_history (instance, id);
    CREATE TABLE floor_outbox (id bigserial PRIMARY KEY, topic text NOT NULL, task bigint NOT NULL, sent timestamptz);
    CREATE INDEX floor_outbox_unsent ON floor_outbox (id) WHERE sent IS NULL;
"""
_START = """
    WITH run AS (INSERT INTO floor_instance (number, node) VALUES (%s, 'finance') RETURNING id),
    task AS (INSERT INTO floor_task (instance, node, assignee) SELECT id, 'finance', %s FROM run RETURNING id),
    told AS (INSERT INTO floor_history (instance, what, actor)
        SELECT id, what, %s FROM run, unnest(ARRAY['started', 'decided']) AS what),
    sent AS (INSERT INTO floor_outbox (topic, task) SELECT 'task.opened', id FROM task)
    SELECT id FROM run
"""
_INBOX = "SELECT id FROM floor_task WHERE assignee = %s AND instance = %s AND status = 0"
_READ = """
    SELECT task.instance, task.node, task.assignee FROM floor_task AS task
    JOIN floor_instance AS run ON run.id = task.instance WHERE task.id = %s AND task.status + 0 = 0
"""
_APPROVE = """
    WITH done AS (UPDATE floor_task SET status = 1, closed = now() WHERE id = %s AND status + 0 = 0
        RETURNING instance),
    run AS (UPDATE floor_instance SET node = 'ops' FROM done WHERE id = done.instance RETURNING id),
    task AS (INSERT INTO floor_task (instance, node, assignee) SELECT instance, 'ops', %s FROM done RETURNING id),
    told AS (INSERT INTO floor_history (instance, what, actor) SELECT instance, 'approved', %s FROM done),
    sent AS (INSERT INTO floor_outbox (topic, task) SELECT 'task.opened', id FROM task)
    SELECT instance FROM done
"""
_APPROVE_FINALLY = """
    WITH done AS (UPDATE floor_task SET status = 1, closed = now() WHERE id = %s AND status + 0 = 0
        RETURNING id, instance),
    run AS (UPDATE floor_instance SET node = NULL, finished = now() FROM done WHERE floor_instance.id = done.instance),
    told AS (INSERT INTO floor_history (instance, what, actor)
        SELECT instance, what, %s FROM done, unnest(ARRAY['approved', 'refunded']) AS what),
    sent AS (INSERT INTO floor_outbox (topic, task) SELECT 'refund.paid', id FROM done)
    SELECT instance FROM done
"""


def prepare() -> None:
    """Make its tables, which are no models."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)


def whole_run(number: str, people: Mapping[str, User], watch: Stopwatch) -> None:
    """From start to end: three commits."""
    finance, ops = people["finance"].pk, people["ops"].pk
    with watch:
        run = _one(_START, [number, finance, people["cs"].pk])
    task = _one(_INBOX, [finance, run])
    with watch:
        _one(_READ, [task])
        _one(_APPROVE, [task, ops, finance])
    task = _one(_INBOX, [ops, run])
    with watch:
        _one(_READ, [task])
        _one(_APPROVE_FINALLY, [task, ops])


def is_finished(number: str) -> bool:
    return _one("SELECT count(*) FROM floor_instance WHERE number = %s AND finished IS NOT NULL", [number]) == 1


def _one(statement: str, values: Sequence[int | str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        [found, *_] = cursor.fetchone()
    return int(found)
