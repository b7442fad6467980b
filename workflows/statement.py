"""One data-modifying WITH out of parts, so that a step is written in one trip, whosever rows they are.

In such a statement every part runs, whatever becomes of the others. So the part that moves the runs compares first, and
each other one that stands alone asks `{held}`: a lost race writes nothing at all. And what must not be lost is counted
by the database itself, because the statement may be the whole transaction.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import DatabaseError

from bedrock.errors import OrderflowError
from workflows.prepared import fetch

LOST: Final = "OF001"  # SQLSTATE of the database's function orderflow_expect_rows
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Part:
    """Queries of a WITH that are fed by rows: `{rows}` in `sql` is what gives them, under the name r.

    `columns` are the rows' columns with their types, as SQL says them; a column that a row does not have is NULL.
    A part that `joins` its rows with a table gets a single one as plain values, with which PostgreSQL looks up the
    other side at once. Several rows are one JSON list. PostgreSQL expects a hundred rows of such a list, and would
    read whole tables for them while these are small, with a plan that stays when they have grown. So where rows are
    joined, they have a column `few` that nobody fills: of rows in which a column that it knows nothing about is NULL
    it expects one, and takes the index.
    `counted` names the query among them that must give as many rows; otherwise `lost` makes the error.
    """

    columns: str
    sql: str
    joins: bool = False
    counted: str = ""
    lost: Callable[[], OrderflowError] | None = None

    def takes_values(self, rows: Sequence[Row]) -> bool:
        """Whether the rows go in as plain values."""
        return self.joins and len(rows) == 1

    def query(self, *, by_values: bool) -> str:
        """The text, with a `%s` for each parameter."""
        typed = _typed(self.columns)
        if by_values:
            slots = ", ".join(f"%s::{kind}" for _, kind in typed)
            given = f"(VALUES ({slots})) AS r({', '.join(name for name, _ in typed)})"
        elif self.joins:
            listed = f"jsonb_to_recordset(%s::jsonb) AS r({self.columns}, few int)"
            given = f"(SELECT * FROM {listed} WHERE few IS NULL) AS r"  # noqa: S608 - names of columns
        else:
            given = f"jsonb_to_recordset(%s::jsonb) AS r({self.columns})"
        return self.sql.replace("{rows}", given)

    def parameters(self, rows: Sequence[Row], *, by_values: bool) -> list[Any]:
        """What stands in the places of `query`."""
        if not by_values:
            return [_as_json(rows)]
        [row] = rows
        return [_as_value(row.get(name.strip('"')), kind) for name, kind in _typed(self.columns)]


@cache
def _typed(columns: str) -> tuple[tuple[str, str], ...]:
    pairs = [column.split() for column in columns.split(",")]
    return tuple((name, kind) for name, kind in pairs)


def _as_value(value: Any, kind: str) -> Any:
    return _as_json(value) if kind == "jsonb" and value is not None else value


Writes = Sequence[tuple[Part, Sequence[Row]]]


def write(writes: Writes, *, held: str = "TRUE", moved: str = "") -> int:
    """Write all rows in one statement, if `held` is true in it; how many rows the query `moved` gave.

    Raises the error of a part that was lost, and then nothing is written.
    """
    counted = [(part, len(rows)) for part, rows in writes if part.counted]
    shapes = tuple((part, part.takes_values(rows)) for part, rows in writes)
    parameters: list[Any] = []
    for (part, by_values), (_, rows) in zip(shapes, writes, strict=True):
        parameters += part.parameters(rows, by_values=by_values)
    for _, count in counted:
        parameters += (count, count)
    try:
        [found] = fetch(_statement(shapes, held, moved), parameters)
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


@cache
def _statement(shapes: tuple[tuple[Part, bool], ...], held: str, moved: str) -> str:
    """The text for these parts, made once; always the same object, for whoever has prepared it."""
    queries = ", ".join(part.query(by_values=by_values) for part, by_values in shapes).replace("{held}", held)
    counts = [f"(SELECT count(*) FROM {moved})" if moved else "0"]  # noqa: S608 - names of queries
    for part, _ in shapes:
        if part.counted:
            found = f"(SELECT count(*) FROM {part.counted})"  # noqa: S608
            lost = f"orderflow_expect_rows('{part.counted}', {found}, %s::bigint)"
            counts.append(f"CASE WHEN {found} <> %s::bigint AND {held} THEN {lost} END")
    return f"WITH {queries} SELECT {', '.join(counts)}"
