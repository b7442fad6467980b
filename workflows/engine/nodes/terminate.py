"""Where a whole run ends at once: all its other tokens are withdrawn, wherever they are."""

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from workflows.engine.graph import LocalText
from workflows.engine.node_type import Config, End, NodeType, Outcome, PortRule, Scope
from workflows.engine.panel import ui
from workflows.engine.variables import Variable


class TerminateConfig(Config):
    """`outcome` is a word for reports: how a run that ends here turned out."""

    outcome: str = Field(
        default="", max_length=50, json_schema_extra=ui("text", zh="结果", en="Outcome", group="after")
    )


class Terminate(NodeType[TerminateConfig]):
    """The token is consumed, and so are all others."""

    key = "terminate"
    title = LocalText(zh="全部结束", en="End everything")
    description = LocalText(
        zh="整个流程立即结束,其他分支都撤下", en="The whole flow ends here; other branches are withdrawn"
    )
    category = "control"
    icon = "terminate"
    is_end: ClassVar[bool] = True
    ends_run: ClassVar[bool] = True
    port_rule = PortRule(kind="none", ports=())
    Config = TerminateConfig

    @override
    def compile(self, config: TerminateConfig, variables: tuple[Variable, ...]) -> End:
        return End(outcome=config.outcome, whole_run=True)

    @override
    def enter(self, scope: Scope[TerminateConfig]) -> Outcome:
        end: End = scope.program
        return end
