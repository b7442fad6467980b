"""The private server: made, shared, stopped by the last one out, and safe in odd places. Starts real servers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg2
import pytest

from config import local_postgres
from config.local_postgres import LocalPostgres, LocalPostgresError, socket_folder, url

pytestmark = [pytest.mark.serial, pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "a folder with spaces" / "订单"
    yield place
    pid = _pid(place)
    if pid is not None:
        os.kill(pid, signal.SIGQUIT)


def _pid(home: Path) -> int | None:
    try:
        return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    except FileNotFoundError:
        return None


def _ask(home: Path, statement: str) -> object:
    parts = dj_database_url.parse(url(home))
    connection = psycopg2.connect(dbname=parts["NAME"], user=parts["USER"], host=parts["OPTIONS"]["host"])
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
            return row[0] if row else None
    finally:
        connection.commit()
        connection.close()


def test_server_knows_chinese_and_keeps_what_was_written(home: Path) -> None:
    with LocalPostgres(home):
        assert _ask(home, "SELECT datctype FROM pg_database WHERE datname = 'orderflow'") == "C.UTF-8"
        _ask(home, "CREATE TABLE kept AS SELECT 1 AS x; SELECT 1")
    assert _pid(home) is None

    with LocalPostgres(home):
        assert _ask(home, "SELECT x FROM kept") == 1
    assert _pid(home) is None


def test_server_is_for_this_user_alone(home: Path) -> None:
    with LocalPostgres(home):
        assert socket_folder(home).stat().st_mode & 0o077 == 0
        assert _ask(home, "SHOW listen_addresses") == ""


def test_last_one_out_stops_the_server(home: Path) -> None:
    first, second = LocalPostgres(home), LocalPostgres(home)
    first.acquire()
    second.acquire()
    pid = _pid(home)

    first.release()
    assert _pid(home) == pid
    assert _ask(home, "SELECT 1") == 1

    second.release()
    assert _pid(home) is None


def test_server_of_a_killed_process_is_taken_over(home: Path) -> None:
    script = (
        "import os, sys, signal; from pathlib import Path; from config.local_postgres import LocalPostgres; "
        "LocalPostgres(Path(sys.argv[1])).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(home)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    orphan = _pid(home)
    assert orphan is not None

    with LocalPostgres(home):
        assert _pid(home) == orphan
        assert _ask(home, "SELECT 1") == 1

    assert _pid(home) is None


def test_server_starts_after_a_crash(home: Path) -> None:
    with LocalPostgres(home):
        _ask(home, "CREATE TABLE kept AS SELECT 7 AS x; SELECT 1")
        pid = _pid(home)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    with LocalPostgres(home):
        assert _ask(home, "SELECT x FROM kept") == 7


def test_two_homes_have_servers_of_their_own(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with LocalPostgres(home), LocalPostgres(other):
        _ask(home, "CREATE TABLE here AS SELECT 1 AS x; SELECT 1")

        assert _ask(other, "SELECT to_regclass('here') IS NULL") is True


def test_socket_moves_to_a_short_folder_when_the_path_is_long(tmp_path: Path) -> None:
    deep = tmp_path / ("long-" * 30) / ("longer-" * 10)

    with LocalPostgres(deep):
        assert not socket_folder(deep).is_relative_to(deep)
        assert _ask(deep, "SELECT 1") == 1

    assert not socket_folder(deep).exists()


def test_foreign_socket_folder_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "elsewhere").mkdir()
    socket_folder(home).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(LocalPostgresError, match="belongs to another"):
        LocalPostgres(home).acquire()

    assert not (home / "postgres").exists()


def test_interrupted_making_leaves_no_half_cluster(home: Path) -> None:
    half = home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with LocalPostgres(home):
        assert _ask(home, "SELECT 1") == 1

    assert not half.exists()


def test_missing_binaries_are_told_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(local_postgres, "_installed", lambda: iter(()))

    with pytest.raises(LocalPostgresError, match="DATABASE_URL=postgres://"):
        local_postgres.find_binaries()


def test_server_never_runs_as_root(home: Path) -> None:
    with LocalPostgres(home):
        pid = _pid(home)

        assert (home / "postgres").stat().st_uid != 0
        assert pid is not None
        owner = subprocess.run(["ps", "-o", "uid=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
        assert int(owner) == (home / "postgres").stat().st_uid
