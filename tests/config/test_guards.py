"""No door opens on an installation that contradicts itself: every process that reads the settings is refused."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.guards import Installation, require_sound

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "Q7vN2xkR9sLw4tYbE1uZ8aHc6fGd3mPj5oKiTqXyWrVnBzCe0S"
PRODUCTION = {
    "ORDERFLOW_PRODUCTION": "1",
    "ORDERFLOW_SECRET_KEY": SECRET,
    "ORDERFLOW_ALLOWED_HOSTS": "flow.example.com",
    # Nobody listens here: who is refused is refused before the database is asked.
    "DATABASE_URL": "postgres://nobody@/nothing?host=/nonexistent",
}
UP = (
    "import sys; from pathlib import Path; from config import up; from config.progress import Progress; "
    "home = {home!r}; options = up.Options(home=Path(home), host='127.0.0.1', port=None, with_demo={demo}); "
    "sys.exit(up.run(options, progress=Progress(logs=Path(home))))"
)
# What `manage.py` does once the environment is made.
COMMAND = (
    "import sys; from pathlib import Path; from config import command_line; "
    "sys.exit(command_line.run(['manage.py', {name!r}], home=Path({home!r})))"
)


def _command(name: str) -> Sequence[str]:
    return "-c", COMMAND.format(name=name, home="{home}")


DOORS: Mapping[str, Sequence[str]] = {
    "wsgi": ("-c", "import config.wsgi"),
    "up": ("-c", UP.format(home="{home}", demo=False)),
    "worker": _command("worker"),
    "scheduler": _command("scheduler"),
    "migrate": _command("migrate"),
    "check": _command("check"),
    "celery": ("-m", "celery", "-A", "config.celery", "worker", "--pool", "solo"),
}


def _open(door: Sequence[str], home: Path, **environment: str) -> tuple[int, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("ORDERFLOW_", "REDIS_"))}
    done = subprocess.run(
        [sys.executable, *(part.replace("{home}", str(home)) for part in door)],
        cwd=ROOT,
        env=plain | {"DJANGO_SETTINGS_MODULE": "config.settings", "ORDERFLOW_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.serial
@pytest.mark.parametrize("door", DOORS)
def test_no_door_opens_with_a_tool_for_trials_in_production(door: str, tmp_path: Path) -> None:
    code, told = _open(DOORS[door], tmp_path, **PRODUCTION, ORDERFLOW_CLOCK=str(tmp_path / "clock"))

    assert code != 0
    assert "Expected no tools for trials in production, found ORDERFLOW_CLOCK." in told
    # A person at our own command line reads the sentence; the servers of others show their traceback.
    assert ("Traceback" in told) is (door in {"wsgi", "celery"})


@pytest.mark.serial
def test_up_with_its_demo_is_refused_in_production(tmp_path: Path) -> None:
    code, told = _open(("-c", UP.format(home=str(tmp_path), demo=True)), tmp_path, **PRODUCTION)

    assert (code, "found ORDERFLOW_DEMO." in told, "Traceback" in told) == (1, True, False)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"ORDERFLOW_SECRET_KEY": ""}, "Expected ORDERFLOW_SECRET_KEY to have 50 characters or more, found 0."),
        ({"ORDERFLOW_PRODUCTION": "of course"}, "Expected ORDERFLOW_PRODUCTION to be 1 or 0, found 'of course'."),
        (
            {"ORDERFLOW_TRUSTED_PROXIES": "-1"},
            "Expected ORDERFLOW_TRUSTED_PROXIES to be a whole number of 0 or more, found '-1'.",
        ),
    ],
)
def test_wsgi_server_does_not_start(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    code, told = _open(DOORS["wsgi"], tmp_path, **PRODUCTION | environment)

    assert (code, f"django.core.exceptions.ImproperlyConfigured: {sentence}") == (1, told.strip().splitlines()[-1])


@pytest.mark.serial
def test_wsgi_server_starts_when_production_is_closed(tmp_path: Path) -> None:
    assert _open(DOORS["wsgi"], tmp_path, **PRODUCTION) == (0, "")
    assert list(tmp_path.iterdir()) == []  # no secret is made up


def _installation(**changed: object) -> Installation:
    sound: dict[str, object] = {
        "is_production": True,
        "trial_tools": {"ORDERFLOW_CLOCK": "", "ORDERFLOW_FAILPOINT": "", "ORDERFLOW_DEMO": False},
        "secret_key": SECRET,
        "hosts": ["flow.example.com"],
        "processes": "one",
        "broker_url": "memory://localhost/",
    }
    return Installation(**sound | changed)  # type: ignore[arg-type]


def test_sound_installation_is_let_through() -> None:
    require_sound(_installation())
    require_sound(_installation(processes="many", broker_url="redis://localhost:6379/0"))


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        (
            {
                "trial_tools": {
                    "ORDERFLOW_CLOCK": "/clock",
                    "ORDERFLOW_FAILPOINT": "publish.mid:raise",
                    "ORDERFLOW_DEMO": True,
                }
            },
            "Expected no tools for trials in production, found ORDERFLOW_CLOCK, ORDERFLOW_FAILPOINT, ORDERFLOW_DEMO.",
        ),
        ({"secret_key": "s" * 49}, "Expected ORDERFLOW_SECRET_KEY to have 50 characters or more, found 49."),
        (
            {"secret_key": "abcd" * 20},
            "Expected ORDERFLOW_SECRET_KEY to be random, found 4 different characters.",
        ),
        (
            {"secret_key": "django-insecure-" + SECRET},
            "Expected ORDERFLOW_SECRET_KEY to be a secret of this installation, found one that begins with "
            "django-insecure-.",
        ),
        ({"hosts": []}, "Expected ORDERFLOW_ALLOWED_HOSTS to name the hosts, found none."),
        ({"processes": "two"}, "Expected ORDERFLOW_PROCESSES to be 'one' or 'many', found 'two'."),
        (
            {"is_production": False, "processes": "many", "trial_tools": {"ORDERFLOW_DEMO": True}, "secret_key": "s"},
            "Expected a broker that several processes share (REDIS_URL or CELERY_BROKER_URL), found one in memory.",
        ),
        (
            {"secret_key": "s", "hosts": ["*"]},
            "Expected ORDERFLOW_SECRET_KEY to have 50 characters or more, found 1. "
            "Expected ORDERFLOW_ALLOWED_HOSTS to name the hosts, found *.",
        ),
    ],
)
def test_contradiction_is_refused_with_one_sentence_each(changed: dict[str, object], sentences: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        require_sound(_installation(**changed))

    assert str(refused.value) == sentences
