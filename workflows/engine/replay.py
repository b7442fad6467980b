"""The state at any past step of a run, from its facts alone; and where two states that should be equal first differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bedrock.errors import Conflict
from workflows.engine.fact_document import decode
from workflows.engine.facts import Fact, Started
from workflows.engine.fold import apply
from workflows.engine.state import Json, State

# What a fact that was never written by this engine may raise while it is read and applied.
_UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A fact as history keeps it: its number in the run, its kind, its JSON."""

    seq: int
    kind: str
    data: Mapping[str, Json]


class BrokenHistory(Conflict):
    """The facts of a run do not follow from one another; `seq` is the first that does not."""

    def __init__(self, code: str, message: str, *, seq: int) -> None:
        super().__init__(code, message, seq=seq)
        self.seq = seq


def replay(history: Iterable[Recorded], *, until: int | None = None) -> State:
    """The state that these facts, from the first on, lead to; with `until` the state right after that fact.

    Raises BrokenHistory `replay.gap` when one is missing and `replay.not_applicable` when one cannot follow.
    """
    state = State()
    for one in history:
        if state.seq == until:
            return state
        expected = state.seq + 1
        if one.seq != expected:
            message = f"Expected fact {expected} of the history, found fact {one.seq}."
            raise BrokenHistory("replay.gap", message, seq=expected)
        if (one.kind == Started.kind) != (expected == 1):
            raise _not_applicable(one)
        try:
            fact = decode(one.kind, one.data)
            _require_place(state, fact)
            apply(state, fact)
        except _UNREADABLE as error:
            raise _not_applicable(one) from error
    if until is not None and state.seq < until:
        message = f"Expected fact {state.seq + 1} of the history, found its end."
        raise BrokenHistory("replay.gap", message, seq=state.seq + 1)
    return state


def _require_place(state: State, fact: Fact) -> None:
    """Raises ValueError when the fact tells of a token at another node than where the facts before have brought it."""
    token = state.tokens.get(getattr(fact, "token", 0))
    if token is not None and token.node != getattr(fact, "node", None):
        raise ValueError(token.node)


def _not_applicable(one: Recorded) -> BrokenHistory:
    message = f"Expected fact {one.seq} to follow from those before it, found one that cannot ({one.kind})."
    return BrokenHistory("replay.not_applicable", message, seq=one.seq)


def first_difference(expected: Json, found: Json, path: str = "") -> str | None:
    """The path of the first field in which two JSON values differ, like `tokens[0].visit`; None when none does."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name in sorted(expected.keys() | found.keys()):
            inner = f"{path}.{name}" if path else name
            if (name in expected) != (name in found):
                return inner
            if name in expected and (differing := first_difference(expected[name], found[name], inner)) is not None:
                return differing
        return None
    if isinstance(expected, list) and isinstance(found, list):
        for number, (one, other) in enumerate(zip(expected, found, strict=False)):
            if (differing := first_difference(one, other, f"{path}[{number}]")) is not None:
                return differing
        return None if len(expected) == len(found) else f"{path}[{min(len(expected), len(found))}]"
    # In Python true is 1; in JSON it is not.
    is_same = expected == found and isinstance(expected, bool) == isinstance(found, bool)
    return None if is_same else path
