"""One data-modifying WITH out of parts, so that a step is written in one trip, whosever rows they are.

In such a statement every part runs, whatever becomes of the others. So the part that moves the runs compares first, and
each other one that stands alone asks `{held}`: a lost race writes nothing at all. And what must not be lost is counted
by the database itself, because the statement may be the whole transaction.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError

from bedrock.errors import OrderflowError
from workflows.prepared import fetch

LOST: Final = "OF001"  # SQLSTATE of the database's function orderflow_expect_rows
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Part:
    """Queries of a WITH that are fed by one JSON list of rows, the one `%s` in `sql`.

    PostgreSQL expects a hundred rows of a JSON document, and would read whole tables for them while these are small,
    with a plan that stays when they have grown. So where rows are joined, they have a column `few` that nobody fills:
    of rows in which a column that it knows nothing about is NULL it expects one, and takes the index.
    `counted` names the query among them that must give as many rows; otherwise `lost` makes the error.
    """

    sql: str
    counted: str = ""
    lost: Callable[[], OrderflowError] | None = None


Writes = Sequence[tuple[Part, Sequence[Row]]]


def write(writes: Writes, *, held: str = "TRUE", moved: str = "") -> int:
    """Write all rows in one statement, if `held` is true in it; how many rows the query `moved` gave.

    Raises the error of a part that was lost, and then nothing is written.
    """
    counted = [(part, len(rows)) for part, rows in writes if part.counted]
    sql = _statement(tuple(part for part, _ in writes), held, moved)
    try:
        [found] = fetch(sql, [*(_as_json(rows) for _, rows in writes), *(count for _, count in counted)])
    except DatabaseError as error:
        cause = error.__cause__
        if getattr(cause, "pgcode", None) != LOST:
            raise
        [lost] = [part.lost for part, _ in counted if part.counted == cause.diag.constraint_name]  # type: ignore[union-attr]
        if lost is None:
            raise
        raise lost() from None
    moved_rows: int = found[0]
    return moved_rows


# Rows are made here and hold no circle.
_as_json = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
_statements: dict[tuple[tuple[Part, ...], str, str], str] = {}


def _statement(parts: tuple[Part, ...], held: str, moved: str) -> str:
    """The text for these parts, made once; always the same object, for whoever has prepared it."""
    known = _statements.get((parts, held, moved))
    if known is None:
        queries = ", ".join(part.sql for part in parts).replace("{held}", held)
        counts = [f"(SELECT count(*) FROM {moved})" if moved else "0"]  # noqa: S608 - names of queries
        counts += [
            f"CASE WHEN {held} THEN orderflow_expect_rows("  # noqa: S608
            f"'{part.counted}', (SELECT count(*) FROM {part.counted}), %s::bigint) END"
            for part in parts
            if part.counted
        ]
        known = _statements[parts, held, moved] = f"WITH {queries} SELECT {', '.join(counts)}"
    return known
