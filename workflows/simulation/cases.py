"""Test cases of a flow: what goes in, what is assumed, and what must come out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from pydantic import AwareDatetime, Field, field_validator, model_validator

from workflows.engine.due import parse_duration
from workflows.engine.graph import Document
from workflows.engine.state import Json
from workflows.simulation.difference import Gist, gist_of
from workflows.simulation.player import Ending, Played
from workflows.simulation.script import Assumption

MOST_LINES = 200


class Away(Document):
    """Somebody, by username, who is away from an instant to another one."""

    user: str = Field(min_length=1, max_length=64)
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.end <= self.start:
            raise ValueError("Expected an end after the start, found it before.")
        return self


class Given(Document):
    """What a case starts from: the values of the flow's variables, who asks, when, and what is assumed."""

    values: dict[str, Any] = Field(default_factory=dict)
    requester: str | None = Field(default=None, max_length=64)
    at: AwareDatetime
    absences: tuple[Away, ...] = Field(default=(), max_length=MOST_LINES)
    outcomes: tuple[Assumption, ...] = Field(default=(), max_length=MOST_LINES)


class Asked(Document):
    """Somebody who must have been asked at a node: a username, or the key of a group or role."""

    node: str = Field(min_length=1, max_length=64)
    who: str = Field(min_length=1, max_length=64)


class Expected(Document):
    """What must come out. What is left out is not looked at; nothing at all is no expectation."""

    ending: Ending | None = None
    end: str | None = Field(default=None, max_length=64)
    outcome: str | None = Field(default=None, max_length=50)
    passes: tuple[str, ...] = Field(default=(), max_length=MOST_LINES)
    avoids: tuple[str, ...] = Field(default=(), max_length=MOST_LINES)
    asked: tuple[Asked, ...] = Field(default=(), max_length=MOST_LINES)
    within: str | None = Field(default=None, max_length=40)

    @field_validator("within")
    @classmethod
    def _is_a_duration(cls, value: str | None) -> str | None:
        if value is not None and parse_duration(value) is None:
            raise ValueError(f"Expected a duration such as PT30M or P1D, found {value!r}.")
        return value


class Case(Document):
    """A test case by name."""

    name: str = Field(min_length=1, max_length=100)
    given: Given
    expect: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """An expectation that was not met: which one, what was wanted, what was found."""

    what: str
    expected: Json
    found: Json

    @property
    def sentence(self) -> str:
        """The miss in one sentence."""
        return f"Expected {self.what} {self.expected}, found {self.found}."


def misses(played: Played, expect: Expected) -> Iterator[Miss]:
    """Every expectation that this run does not meet."""
    gist = gist_of(played)
    if expect.ending not in (None, played.ending):
        yield Miss(what="ending", expected=expect.ending, found=played.ending.value)
    if expect.end is not None and expect.end not in gist.ends:
        yield Miss(what="end", expected=expect.end, found=list(gist.ends))
    if expect.outcome not in (None, gist.outcome):
        yield Miss(what="outcome", expected=expect.outcome, found=gist.outcome)
    yield from _astray(played, gist, expect)
    for asked in expect.asked:
        found = [about["key"] for (node, _), about in played.seats.items() if node == asked.node]
        if asked.who not in found:
            yield Miss(what="asked", expected=asked.who, found=found)
    allowed = None if expect.within is None else parse_duration(expect.within)
    if allowed is not None and gist.took > allowed.total():
        yield Miss(what="within", expected=expect.within, found=f"PT{int(gist.took.total_seconds())}S")


def _astray(played: Played, gist: Gist, expect: Expected) -> Iterator[Miss]:
    """Nodes that were to be entered or not to be; one where the run still stands was entered."""
    way = list(dict.fromkeys((*gist.passed, *(token.node for token in played.state.tokens.values()))))
    yield from (Miss(what="passes", expected=node, found=way) for node in expect.passes if node not in way)
    yield from (Miss(what="avoids", expected=node, found=way) for node in expect.avoids if node in way)
