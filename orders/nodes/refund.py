"""The node that pays a refund back to where the money came from."""

from typing import ClassVar, Final, Literal

from typing_extensions import override

from bedrock import clock
from bedrock.errors import OrderflowError
from orders.refunds.effect import Refused, Unknown, pay_back
from orders.refunds.receipts import Paid
from orders.subjects import REFUND
from workflows.effects import wish_of
from workflows.engine.catching import Repeating
from workflows.engine.events import ActivityDone, Resumption
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Continue, Fail, Ignore, NodeType, Outcome, Scope, Wait
from workflows.engine.state import Awaits
from workflows.engine.work import Done, GiveUp, Job, JobResult, Retry

# Seconds to wait after the first, second and third try without a usable answer.
DELAYS: Final = (1.0, 3.0, 10.0)


class RefundConfig(Repeating):
    """What is paid back is the refund that the flow is about; only how a failure is met can be set."""


class RefundNode(NodeType[RefundConfig]):
    """Pays the flow's refund back through the provider of the payment, exactly once."""

    key: ClassVar[str] = "orders.refund"
    title: ClassVar[LocalText] = LocalText(zh="原路退款", en="Refund")
    description: ClassVar[LocalText] = LocalText(
        zh="把退款金额退回原支付渠道；超时会先查询再重试，绝不重复付款。",
        en="Pays the refund back to where the money came from. After a time-out it asks before it tries again.",
    )
    category: ClassVar[Literal["control", "approval", "order", "data"]] = "order"
    icon: ClassVar[str] = "refund"
    performs: ClassVar[Literal["nothing", "inline", "deferred"]] = "deferred"
    waits: ClassVar[bool] = True
    external_effect: ClassVar[bool] = True
    moves_amount: ClassVar[bool] = True
    max_tries: ClassVar[int] = 1 + len(DELAYS)
    Config = RefundConfig

    @override
    def enter(self, scope: Scope[RefundConfig]) -> Outcome:
        """Ask for the payment; a flow that is about something else cannot."""
        if scope.subject.type != REFUND:
            return Fail(
                code="refund.subject_needed",
                message=f"Expected a flow about a refund, found one about {scope.subject.type or 'nothing'}.",
                params={"found": scope.subject.type},
            )
        return Wait(awaits=Awaits.ACTIVITY, work=({"refund": scope.subject.id},))

    @override
    def resume(self, scope: Scope[RefundConfig], event: Resumption) -> Outcome:
        """Go on when it is paid."""
        return Continue(why=dict(event.output)) if isinstance(event, ActivityDone) else Ignore()

    @override
    def perform(self, job: Job) -> JobResult:
        """Pay; the key is that of the visit, so every retry of it is the same request."""
        try:
            outcome = pay_back(
                str(job.work.payload["refund"]),
                wish=wish_of(job),
                key=job.effect_key,
                clock=clock.now,
            )
        except OrderflowError as error:
            return GiveUp(code=error.code, message=error.message, params=error.fields)
        match outcome:
            case Paid():
                return Done(output={"provider_refund_id": outcome.provider_refund_id})
            case Unknown():
                return Retry(
                    code=outcome.code, message=outcome.message, after_seconds=_delay(job.tries), is_outcome_unknown=True
                )
            case Refused():
                return GiveUp(code=outcome.code, message=outcome.message)


def _delay(tries: int) -> float:
    return DELAYS[min(max(tries, 1), len(DELAYS)) - 1]
