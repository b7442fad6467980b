"""The node that leaves an order as it is."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from typing_extensions import override

from orders.changes.actions import lock_orders, reject_change
from orders.subjects import require_change
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Config, Continue, NodeType, Outcome, Scope
from workflows.engine.work import RunContext, Work


class RejectChangeConfig(Config):
    """Nothing to set."""


class RejectChangeNode(NodeType[RejectChangeConfig]):
    """Closes the flow's change without changing anything, in the same transaction as the step that led here."""

    key: ClassVar[str] = "orders.reject_change"
    title: ClassVar[LocalText] = LocalText(zh="拒绝改单", en="Reject the change")
    description: ClassVar[LocalText] = LocalText(
        zh="关闭改单申请，订单保持不变。", en="Closes the change; the order stays as it is."
    )
    category: ClassVar[Literal["control", "approval", "order", "data"]] = "order"
    icon: ClassVar[str] = "order-change-rejected"
    performs: ClassVar[Literal["nothing", "inline", "deferred"]] = "inline"
    Config = RejectChangeConfig

    @override
    def enter(self, scope: Scope[RejectChangeConfig]) -> Outcome:
        """Close it and go on at once."""
        return require_change(scope.subject) or Continue(work=({"change": scope.subject.id},))

    @override
    def perform_inline(self, works: Sequence[tuple[RunContext, Work]]) -> None:
        """Close the changes."""
        lock_orders([str(work.payload["change"]) for _, work in works])
        for context, work in works:
            reject_change(str(work.payload["change"]), run=context)
