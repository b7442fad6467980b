"""The real product in real processes, on a scratch database: for stories in a browser and for faults with real kills.

Every process is started here and ended here by its own id. The clock is a file that `wind` moves for all of them.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 600.0  # a machine may be busy with something else
REQUEST_SECONDS = 60.0
PASSWORD = "orderflow-demo"


class Answer:
    """An HTTP answer: status, headers and the parsed body."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers = status, headers
        self.json: Any = json.loads(body) if body.startswith((b"{", b"[")) else body.decode(errors="replace")


class House:
    """A running Orderflow. Use it as a context manager."""

    def __init__(self, home: Path, *, demo: bool = True, environment: Mapping[str, str] | None = None) -> None:
        self.home, self.demo = home, demo
        self.database = f"house_{uuid.uuid4().hex[:12]}"
        self.clock = home / "clock"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.tokens: dict[str, str] = {}
        server = os.environ["DATABASE_URL"]
        self._maintenance = server
        self.database_url = with_database(server, self.database)
        # The product's own settings: the test runner has put those of the tests into the environment.
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": self.database_url,
            "ORDERFLOW_HOME": str(home), "ORDERFLOW_CLOCK": str(self.clock), "ORDERFLOW_DEMO_PASSWORD": PASSWORD,
            "PYTHONPATH": str(ROOT), **(environment or {}),
        }  # fmt: skip

    def __enter__(self) -> "House":
        self.home.mkdir(parents=True, exist_ok=True)
        self._administer(f'CREATE DATABASE "{self.database}" TEMPLATE template0')
        self.up()
        return self

    def __exit__(self, *error: object) -> None:
        self.down()
        self._administer(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with contextlib.closing(psycopg2.connect(self._maintenance)) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    # Processes.

    def up(self, *, failpoint: str = "") -> subprocess.Popen[bytes]:
        """Start what `manage.py up` starts once everything is installed, and wait until it answers."""
        options = f"home=Path({str(self.home)!r}), host='127.0.0.1', port={self.port}, with_demo={self.demo}"
        script = (
            "import sys; from pathlib import Path; from config import up; from config.progress import Progress; "
            f"sys.exit(up.run(up.Options({options}), progress=Progress(logs=Path({str(self.home)!r}))))"
        )
        process = self.start("-c", script, failpoint=failpoint)
        self.wait_until_ready(process)
        return process

    def start(self, *arguments: str, failpoint: str = "") -> subprocess.Popen[bytes]:
        """Start a Python process of the product with these arguments."""
        with (self.home / f"process-{len(self.processes)}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, stdout=log, stderr=log,
                env=self.environment | {"ORDERFLOW_FAILPOINT": failpoint},
            )  # fmt: skip
        self.processes.append(process)
        return process

    def manage(self, *arguments: str) -> str:
        """Run a command to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the web server's first answer."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert process.poll() is None, f"the server ended:\n{self.logs()}"
            with contextlib.suppress(OSError):
                if self.get("/healthz").status == 200:
                    return
            pause(0.1)
        raise AssertionError(f"the server did not answer within {START_SECONDS} s:\n{self.logs()}")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9, and nothing left of it."""
        process.kill()
        process.wait()

    def down(self) -> None:
        """End what still runs, politely first."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill(process)
        self.processes.clear()

    def logs(self) -> str:
        """What the processes printed, the end of it."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-4000:]}"
            for path in sorted(self.home.glob("process-*.log"))
        )

    # Time and rows.

    def wind(self, **by: float) -> None:
        """Let time pass for all processes, e.g. `minutes=30`."""
        seconds = float(self.clock.read_text()) if self.clock.exists() else 0.0
        part = self.clock.with_suffix(".new")
        part.write_text(str(seconds + timedelta(**by).total_seconds()))
        part.replace(self.clock)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Look into the database."""
        with contextlib.closing(psycopg2.connect(self.database_url)) as connection:
            cursor = connection.cursor()
            cursor.execute(query, parameters or None)
            return list(cursor.fetchall())

    def invariants(self) -> dict[str, Any]:
        """What the product says of itself."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "invariants", "--json"],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    # The HTTP contract, as a program uses it.

    def token(self, user: str) -> str:
        """An API token of this user. Those of everybody are made when the first is asked for, by one process."""
        if not self.tokens:
            told = self.manage(
                "shell", "--verbosity", "0", "-c",
                "from accounts.models import User; from accounts.actions import create_token\n"
                "for user in User.objects.filter(is_active=True): print('token', user.username, create_token(user))",
            )  # fmt: skip
            self.tokens |= dict(line.split()[1:] for line in told.splitlines() if line.startswith("token "))
        return self.tokens[user]

    def call(self, method: str, path: str, body: Any = None, *, user: str | None = None, **headers: str) -> Answer:
        """One request; headers by keyword with `_` for `-`."""
        request = urllib.request.Request(  # noqa: S310 - our own server on this machine
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode()
        )
        request.add_header("Content-Type", "application/json")
        if user is not None:
            request.add_header("Authorization", f"Token {self.token(user)}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:  # noqa: S310
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())

    def get(self, path: str, *, user: str | None = None) -> Answer:
        """GET."""
        return self.call("GET", path, user=user)

    def post(self, path: str, body: Any, *, user: str | None = None, **headers: str) -> Answer:
        """POST."""
        return self.call("POST", path, body, user=user, **headers)


def with_database(url: str, name: str) -> str:
    """The address of another database on the same server; also where the host is a socket's folder in the query.

    `urlunsplit` drops the empty host of `postgres:///name?host=/run/postgresql`, and with it what follows.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pause(seconds: float) -> None:
    """Give another process a moment; only for polling something that happens outside of this process."""
    time.sleep(seconds)  # noqa: TID251


def eventually(check: Any, *, seconds: float = 90.0) -> Any:
    """Poll until `check()` gives something true, and return it; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < end, f"nothing came of it within {seconds} s: {found!r}"
        pause(0.1)


@contextlib.contextmanager
def house(home: Path, **more: Any) -> Iterator[House]:
    """A running house for one story."""
    with House(home, **more) as running:
        yield running
