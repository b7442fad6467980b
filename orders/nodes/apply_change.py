"""The node that changes an order as it was asked for."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from typing_extensions import override

from orders.changes.actions import apply_change, lock_orders
from orders.subjects import require_change
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Config, Continue, NodeType, Outcome, Scope
from workflows.engine.work import RunContext, Work


class ApplyChangeConfig(Config):
    """Nothing to set."""


class ApplyChangeNode(NodeType[ApplyChangeConfig]):
    """Changes the order in the same transaction as the step that led here.

    Inline, because it touches our own rows only: when the order is not any more as it was when the change was asked
    for, the answer that led here is refused, and nothing has happened.
    """

    key: ClassVar[str] = "orders.apply_change"
    title: ClassVar[LocalText] = LocalText(zh="执行改单", en="Change the order")
    description: ClassVar[LocalText] = LocalText(
        zh="按申请修改订单，并记入操作日志。", en="Changes the order as asked for, on record."
    )
    category: ClassVar[Literal["control", "approval", "order", "data"]] = "order"
    icon: ClassVar[str] = "order-change"
    performs: ClassVar[Literal["nothing", "inline", "deferred"]] = "inline"
    Config = ApplyChangeConfig

    @override
    def enter(self, scope: Scope[ApplyChangeConfig]) -> Outcome:
        """Change it and go on at once."""
        return require_change(scope.subject) or Continue(work=({"change": scope.subject.id},))

    @override
    def perform_inline(self, works: Sequence[tuple[RunContext, Work]]) -> None:
        """Change the orders."""
        lock_orders([str(work.payload["change"]) for _, work in works])
        for context, work in works:
            apply_change(str(work.payload["change"]), run=context)
