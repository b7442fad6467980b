"""One data-modifying WITH out of parts, so that a step is written in one trip, whosever rows they are.

In such a statement every part runs, whatever becomes of the others. So the part that moves the runs compares first, and
each other one that stands alone asks `{held}`: a lost race writes nothing at all.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedrock.errors import OrderflowError
from workflows.prepared import fetch

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
    counted: str | None = None
    lost: Callable[[], OrderflowError] | None = None


Writes = Sequence[tuple[Part, Sequence[Row]]]


def write(writes: Writes, *, held: str = "TRUE") -> None:
    """Write all rows in one statement, if `held` is true in it. Raises the error of the first part that was lost."""
    sql, guarded = _statement(tuple(part for part, _ in writes), held)
    [written] = fetch(sql, [_as_json(rows) for _, rows in writes])
    for (number, lost), count in zip(guarded, written, strict=False):
        if count != len(writes[number][1]):
            raise lost()


# Rows are made here and hold no circle.
_as_json = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
Guarded = tuple[tuple[int, Callable[[], OrderflowError]], ...]
_statements: dict[tuple[tuple[Part, ...], str], tuple[str, Guarded]] = {}


def _statement(parts: tuple[Part, ...], held: str) -> tuple[str, Guarded]:
    """The text for these parts, made once, and which of them are counted, in the order of the answer's columns."""
    known = _statements.get((parts, held))
    if known is None:
        queries = ", ".join(part.sql for part in parts).replace("{held}", held)
        counts = ", ".join(f"(SELECT count(*) FROM {part.counted})" for part in parts if part.counted)  # noqa: S608
        guarded = tuple((number, part.lost) for number, part in enumerate(parts) if part.lost is not None)
        known = _statements[parts, held] = f"WITH {queries} SELECT {counts or '1'}", guarded
    return known
