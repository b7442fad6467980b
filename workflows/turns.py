"""The lines of runs that take turns, as rows: one run of a line and key is in, the others wait in the order they came.

A row is written and deleted by the statements that begin and end the run. A run is let in by whoever has the line for
the moment (an advisory lock that nobody waits for) and finds nobody in it and nobody before; an index of the database
lets only one in whatever anybody finds. Who does not get the line leaves the run to the sweep. So nobody ever waits for
a lock here, and what was missed by two that could not see each other is found half a second later.
"""

from typing import Final

from workflows.prepared import fetch
from workflows.statement import Part

_TRY: Final = """
SELECT pg_try_advisory_xact_lock(7301003, hashtext(line || ' ' || key)) FROM workflows_turn WHERE instance = %s::uuid
"""
_FREE: Final = """NOT t.is_in AND NOT EXISTS (
    SELECT FROM workflows_turn o WHERE o.line = t.line AND o.key = t.key AND (o.is_in OR o.id < t.id))"""
_ENTER: Final = f"UPDATE workflows_turn t SET is_in = TRUE WHERE t.instance = %s::uuid AND {_FREE} RETURNING t.id"  # noqa: S608
_NEXT: Final = f"SELECT t.instance::text FROM workflows_turn t WHERE {_FREE} ORDER BY t.id LIMIT %s::int"  # noqa: S608

QUEUED: Final = Part(
    columns="instance uuid, line text, key text",
    sql="""queued_rows AS (
        INSERT INTO workflows_turn (instance, line, key, is_in)
        SELECT instance, line, key, FALSE
        FROM {rows}
        WHERE {held})""",
)
TURN_OVER: Final = Part(
    columns="instance uuid",
    joins=True,
    sql="""turn_over_rows AS (
        DELETE FROM workflows_turn t
        USING {rows}
        WHERE {held} AND t.instance = r.instance)""",
)


def enter(instance: str) -> bool:
    """Let a run in, in the caller's transaction; False when it is not its turn, or somebody else looks at the line."""
    tried = fetch(_TRY, [instance])
    # Asked in a statement of its own, which sees what was committed before the lock was given.
    return bool(tried and tried[0][0] and fetch(_ENTER, [instance]))


def whose_turn_it_is(*, limit: int) -> list[str]:
    """The runs that wait although nobody is in their line or before them."""
    return [run for (run,) in fetch(_NEXT, [limit])]
