"""Where a run begins."""

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from workflows.engine.graph import LocalText
from workflows.engine.node_type import Config, Continue, NodeType, Outcome, Scope
from workflows.engine.panel import ui


class StartConfig(Config):
    """`trigger` names the event that starts the flow; without one it is started by hand or by API."""

    trigger: str | None = Field(
        default=None, max_length=100, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$",
        json_schema_extra=ui("trigger", zh="触发事件", en="Trigger", group="when"),
    )  # fmt: skip


_ONWARDS = Continue()


class Start(NodeType[StartConfig]):
    """A token leaves at once."""

    key = "start"
    title = LocalText(zh="开始", en="Start")
    description = LocalText(zh="流程从这里开始", en="The flow begins here")
    category = "control"
    icon = "play"
    is_start: ClassVar[bool] = True
    Config = StartConfig

    @override
    def enter(self, scope: Scope[StartConfig]) -> Outcome:
        return _ONWARDS
