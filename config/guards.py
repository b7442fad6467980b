"""What an installation may not be. Settings ask while they are read, so no door leads around it: WSGI, `up`, Celery,
worker, scheduler and every other command are refused alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from workflows.failpoints import ACTIONS, POINTS

SECRET_LENGTH = 50
# As Django's own check: fewer different characters were typed, not drawn.
SECRET_CHARACTERS = 5
# How Django marks the keys that it writes into new projects and examples.
EXAMPLE_SECRET = "django-insecure-"  # noqa: S105 - the mark, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What the environment asks for, as far as it can contradict itself or leave production open."""

    is_production: bool
    trial_tools: Mapping[str, object]
    secret_key: str
    hosts: Sequence[str]
    processes: str
    broker_url: str


def require_sound(this: Installation) -> None:
    """Raises ImproperlyConfigured with one sentence for each thing that is wrong."""
    wrong = [*_processes(this), *_failpoint(this), *(_production(this) if this.is_production else ())]
    if wrong:
        raise ImproperlyConfigured(" ".join(wrong))


def _processes(this: Installation) -> Iterator[str]:
    if this.processes not in {"one", "many"}:
        yield f"Expected ORDERFLOW_PROCESSES to be 'one' or 'many', found {this.processes!r}."
    if this.processes == "many" and this.broker_url.startswith("memory:"):
        yield "Expected a broker that several processes share (REDIS_URL or CELERY_BROKER_URL), found one in memory."


def _failpoint(this: Installation) -> Iterator[str]:
    """A wish for what is no point would be a trial in which nothing ever breaks."""
    wish = str(this.trial_tools.get("ORDERFLOW_FAILPOINT", ""))
    point, _, action = wish.partition(":")
    if wish and (point not in POINTS or action not in ACTIONS):
        yield f"Expected ORDERFLOW_FAILPOINT to be a point and {', '.join(sorted(ACTIONS))}, found {wish!r}."


def _production(this: Installation) -> Iterator[str]:
    tools = [name for name, value in this.trial_tools.items() if value]
    if tools:
        yield f"Expected no tools for trials in production, found {', '.join(tools)}."
    if len(this.secret_key) < SECRET_LENGTH:
        yield f"Expected ORDERFLOW_SECRET_KEY to have {SECRET_LENGTH} characters or more, found {len(this.secret_key)}."
    elif len(set(this.secret_key)) < SECRET_CHARACTERS:
        found = len(set(this.secret_key))
        yield f"Expected ORDERFLOW_SECRET_KEY to be random, found {found} different characters."
    elif this.secret_key.startswith(EXAMPLE_SECRET):
        yield (
            "Expected ORDERFLOW_SECRET_KEY to be a secret of this installation, "
            f"found one that begins with {EXAMPLE_SECRET}."
        )
    if not this.hosts or "*" in this.hosts:
        yield f"Expected ORDERFLOW_ALLOWED_HOSTS to name the hosts, found {', '.join(this.hosts) or 'none'}."
