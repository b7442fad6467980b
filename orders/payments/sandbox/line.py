"""The sandbox's own connection to the database, so that it lives and commits apart from its callers."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def own_line() -> Iterator[CursorWrapper]:
    """A cursor of a new connection in autocommit, closed at the end."""
    remote = connection.copy()
    with closing(remote), remote.cursor() as cursor:
        yield cursor
