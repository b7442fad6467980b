"""What a solver has to say to a question that intervals left open: an input to be decided on, a proof, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.engine.expressions.analysis.meaning import Verdict
from workflows.engine.expressions.analysis.search import Silence
from workflows.engine.expressions.analysis.smt_script import Script
from workflows.engine.expressions.analysis.smt_solver import Solver
from workflows.engine.expressions.analysis.smt_values import Model, inputs_of, plain, readable
from workflows.engine.expressions.checker import Typed

QUESTIONS: Final = 8  # that a solver is asked about one gateway or table


@dataclass(slots=True)
class SecondOpinion:
    """Asks a solver about some conditions, a few times at most. `currency` is preferred where any will do."""

    solver: Solver
    trees: Sequence[Typed]
    currency: str
    left: int = QUESTIONS
    _script: Script | None = field(default=None, init=False)
    _impossible: set[tuple[tuple[tuple[int, Verdict], ...], bool]] = field(default_factory=set, init=False)

    def inputs(self, wanted: Mapping[int, Verdict], *, is_complete: bool) -> Iterator[dict[str, Any]] | Silence:
        """Proposals for an input on which the conditions come out so, the most readable first, or why there is none."""
        question = (tuple(wanted.items()), is_complete)
        if question in self._impossible:
            return Silence.IMPOSSIBLE
        if self.left <= 0:
            return Silence.UNKNOWN
        self.left -= 1
        if self._script is None:
            self._script = Script(self.trees)
        answer = self.solver(self._script.asked(wanted, is_complete=is_complete))
        if answer is Silence.IMPOSSIBLE:
            self._impossible.add(question)
        if isinstance(answer, Silence):
            return answer
        return self._proposed(self._script, wanted, answer, is_complete=is_complete)

    def _proposed(
        self, script: Script, wanted: Mapping[int, Verdict], found: Model, *, is_complete: bool
    ) -> Iterator[dict[str, Any]]:
        grid = readable(script, currency=self.currency)
        for more in ([*grid, *plain(script, currency=self.currency)], grid):
            answer = self.solver(script.asked(wanted, is_complete=is_complete, more=more))
            if not isinstance(answer, Silence):
                yield from inputs_of(script, answer)
        yield from inputs_of(script, found)
