"""Django's commands, with the private PostgreSQL server running for as long as the command does."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from config import local_postgres

# These look at the code only.
NEED_NO_DATABASE = frozenset({"", "help", "--help", "-h", "version", "--version", "spectacular", "makemessages"})
# These look at files: a repository's checks have no house to ask.
VERBS_WITHOUT_DATABASE = frozenset({("flow", "check")})


def run(argv: Sequence[str], *, home: Path) -> int:
    """Execute the command of `argv`. Returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if os.environ.get("DATABASE_URL") or not _needs_database(argv):
        return _execute(argv)
    try:
        with local_postgres.LocalPostgres(home):
            return _execute(argv)
    except local_postgres.LocalPostgresError as error:
        print(error, file=sys.stderr)
        return 1


def _needs_database(argv: Sequence[str]) -> bool:
    return (argv[1] if len(argv) > 1 else "") not in NEED_NO_DATABASE and tuple(argv[1:3]) not in VERBS_WITHOUT_DATABASE


def _execute(argv: Sequence[str]) -> int:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(list(argv))
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
