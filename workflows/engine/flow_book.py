"""The published flows of the house, as far as a drawing that calls one needs to know them."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.engine.variables import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFlow:
    """The live version of a flow: the variables that it declares, and the keys of the flows that it calls itself.

    Runs of one that `takes_turns` wait in a line before they begin.
    """

    version: int
    variables: tuple[Variable, ...] = ()
    calls: tuple[str, ...] = ()
    takes_turns: bool = False

    def variable(self, name: str) -> Variable | None:
        """The declared variable of that name, or None."""
        return next((variable for variable in self.variables if variable.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBook:
    """All flows with a live version, by key."""

    flows: Mapping[str, PublishedFlow] = field(default_factory=dict)

    def find(self, key: str) -> PublishedFlow | None:
        """The live version of this flow, or None."""
        return self.flows.get(key)

    def way(self, start: str, goal: str) -> tuple[str, ...]:
        """The shortest way of calls from one flow to another, both named; empty if none leads there."""
        before: dict[str, str] = {start: ""}
        pending = deque([start])
        while pending:
            key = pending.popleft()
            if key == goal:
                way = [key]
                while before[way[-1]]:
                    way.append(before[way[-1]])
                return tuple(reversed(way))
            flow = self.flows.get(key)
            for called in flow.calls if flow is not None else ():
                if called not in before:
                    before[called] = key
                    pending.append(called)
        return ()
