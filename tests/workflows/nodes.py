"""A node type for shell tests: deferred work whose answers the test writes down beforehand."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from bedrock.errors import Conflict
from workflows.engine.catching import Repeating
from workflows.engine.events import ActivityDone, Resumption
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Continue, Ignore, NodeType, Outcome, Scope, Wait
from workflows.engine.state import Awaits, Json
from workflows.engine.work import Done, Job, JobResult, RunContext, Work


class DeedConfig(Repeating):
    """How a failure is met, and whom it asks."""

    asks: str = "them"


class Deed(NodeType[DeedConfig]):
    key = "test.deed"
    title = LocalText(zh="动作", en="Deed")
    category = "data"
    icon = "bolt"
    performs = "deferred"
    Config = DeedConfig
    max_tries = 2
    calls: ClassVar[list[str]] = []
    answers: ClassVar[list[JobResult | Exception]] = []

    @override
    def enter(self, scope: Scope[DeedConfig]) -> Outcome:
        return Wait(awaits=Awaits.ACTIVITY, work=({"asks": scope.config.asks},))

    @override
    def target(self, payload: Mapping[str, Json]) -> str:
        return str(payload["asks"])

    @override
    def resume(self, scope: Scope[DeedConfig], event: Resumption) -> Outcome:
        return Continue(output=event.output) if isinstance(event, ActivityDone) else Ignore()

    @override
    def perform(self, job: Job) -> JobResult:
        self.calls.append(job.effect_key)
        answer = self.answers.pop(0) if self.answers else Done()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Refusal(NodeType[DeedConfig]):
    """Asks for inline work that its wing refuses."""

    key = "test.refusal"
    title = LocalText(zh="拒绝", en="Refusal")
    category = "data"
    icon = "bolt"
    performs = "inline"
    Config = DeedConfig

    @override
    def enter(self, scope: Scope[DeedConfig]) -> Outcome:
        return Continue(work=({"what": "refuse"},))

    @override
    def perform_inline(self, works: Sequence[tuple[RunContext, Work]]) -> None:
        raise Conflict("refund.already_paid", "Expected an open refund, found it paid.")
