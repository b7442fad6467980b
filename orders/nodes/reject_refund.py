"""The node that closes a refund without paying it."""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar, Literal

from typing_extensions import override

from orders.refunds.actions import reject_refunds
from orders.subjects import REFUND
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Config, Continue, Fail, NodeType, Outcome, Scope
from workflows.engine.work import RunContext, Work


class RejectRefundConfig(Config):
    """Nothing to set."""


class RejectRefundNode(NodeType[RejectRefundConfig]):
    """Rejects the flow's refund and frees its amount, in the same transaction as the step that led here.

    Inline, because it touches our own rows only: a decision and its consequence are visible together or not at all, and
    a jump to this node is refused as long as the money may have gone.
    """

    key: ClassVar[str] = "orders.reject_refund"
    title: ClassVar[LocalText] = LocalText(zh="拒绝退款", en="Reject refund")
    description: ClassVar[LocalText] = LocalText(
        zh="关闭退款申请，释放占用的可退金额。", en="Closes the refund and frees its amount."
    )
    category: ClassVar[Literal["control", "approval", "order", "data"]] = "order"
    icon: ClassVar[str] = "refund-rejected"
    performs: ClassVar[Literal["nothing", "inline", "deferred"]] = "inline"
    Config = RejectRefundConfig

    @override
    def enter(self, scope: Scope[RejectRefundConfig]) -> Outcome:
        """Reject and go on at once."""
        if scope.subject.type != REFUND:
            return Fail(
                code="refund.subject_needed",
                message=f"Expected a flow about a refund, found one about {scope.subject.type or 'nothing'}.",
                params={"found": scope.subject.type},
            )
        return Continue(work=({"refund": scope.subject.id},))

    @override
    def perform_inline(self, works: Sequence[tuple[RunContext, Work]]) -> None:
        """Close the refunds."""
        for now, group in groupby(works, key=lambda pair: pair[0].now):
            reject_refunds({str(work.payload["refund"]): context.instance for context, work in group}, now=now)
