"""What `manage.py up` does once everything is installed: database, migrations, demo data, then serve until stopped."""

import contextlib
import io
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.local_postgres import LocalPostgres, LocalPostgresError, url
from config.progress import Progress, StepFailedError

DEFAULT_PORT = 8000
PORTS_TO_TRY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to start: `port` None means the first free one from DEFAULT_PORT on."""

    home: Path
    host: str
    port: int | None
    with_demo: bool


def run(options: Options, *, progress: Progress) -> int:
    """Serve until Ctrl-C or SIGTERM. Returns the exit code."""
    listener = _listen(options)
    if listener is None:
        wanted = options.port or f"{DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TO_TRY - 1}"
        print(f"Port {wanted} on {options.host} is taken. Choose another one with --port.", file=sys.stderr)
        return 1
    with listener:
        port: int = listener.getsockname()[1]
        _set_environment(options, port=port)
        try:
            with _database(options.home, progress):
                _prepare_or_say_why(options, progress)
                from config import serve

                serve.run(listener, on_ready=lambda: _welcome(options, port, progress))
        except (LocalPostgresError, StepFailedError) as error:
            print(error, file=sys.stderr)
            return 1
    progress.say("Stopped.")
    return 0


def _listen(options: Options) -> socket.socket | None:
    ports = [options.port] if options.port else range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TO_TRY)
    for port in ports:
        listener = socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options.host, port))
            # Listening from now on: two copies started together never choose the same port.
            listener.listen(1024)
        except OSError:
            listener.close()
            continue
        return listener
    return None


def _set_environment(options: Options, *, port: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ORDERFLOW_DEMO"] = "1" if options.with_demo else ""
    if port != DEFAULT_PORT:
        os.environ.setdefault("ORDERFLOW_COOKIE_SUFFIX", f"_{port}")
    if options.host not in {"127.0.0.1", "localhost", "::1"}:
        # Others can reach this copy: the password that everybody knows will not do.
        os.environ.setdefault("ORDERFLOW_DEMO_PASSWORD", secrets.token_urlsafe(9))
        os.environ.setdefault("ORDERFLOW_ALLOWED_HOSTS", "*")


@contextlib.contextmanager
def _database(home: Path, progress: Progress) -> Iterator[None]:
    if os.environ.get("DATABASE_URL"):
        yield
        return
    progress.say("PostgreSQL …")
    with LocalPostgres(home):
        os.environ["DATABASE_URL"] = url(home)
        yield


def _prepare_or_say_why(options: Options, progress: Progress) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError

    try:
        _prepare(options, progress)
    except (ImproperlyConfigured, CommandError) as error:
        raise StepFailedError(str(error)) from error


def _prepare(options: Options, progress: Progress) -> None:
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        progress.say("Database migrations …")
        call_command("migrate", verbosity=0, interactive=False)
    call_command("check", databases=["default"], stdout=io.StringIO())
    if options.with_demo:
        progress.say("Demo data …")
        call_command("demo", verbosity=0)
    connection.close()


def _welcome(options: Options, port: int, progress: Progress) -> None:
    from django.conf import settings

    from accounts.models import User

    host = f"[{options.host}]" if ":" in options.host else options.host
    progress.say("Ready.")
    lines = ["", f"  Orderflow   http://{host}:{port}/", f"  API         http://{host}:{port}/api/docs"]
    lines += [f"  Data        {options.home}", ""]
    if options.with_demo:
        lines.append(f"  Demo accounts, all with the password {settings.ORDERFLOW_DEMO_PASSWORD}")
        accounts = User.objects.filter(is_demo=True, is_active=True).order_by("id")
        lines += [f"    {user.username:<12} {', '.join(user.roles):<22} {user.display_name}" for user in accounts]
        lines.append("")
    lines.append("  Ctrl-C stops everything.")
    print("\n".join(lines) + "\n", flush=True)
