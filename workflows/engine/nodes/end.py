"""Where a token ends; the run is over when none is left."""

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from workflows.engine.graph import LocalText
from workflows.engine.node_type import Config, End, NodeType, Outcome, PortRule, Scope
from workflows.engine.panel import ui
from workflows.engine.variables import Variable


class EndConfig(Config):
    """`outcome` is a word for reports: how a run that ends here turned out."""

    outcome: str = Field(
        default="", max_length=50, json_schema_extra=ui("text", zh="结果", en="Outcome", group="after")
    )


class EndNode(NodeType[EndConfig]):
    """The token is consumed."""

    key = "end"
    title = LocalText(zh="结束", en="End")
    description = LocalText(zh="流程到这里结束", en="The flow ends here")
    category = "control"
    icon = "stop"
    is_end: ClassVar[bool] = True
    port_rule = PortRule(kind="none", ports=())
    Config = EndConfig

    @override
    def compile(self, config: EndConfig, variables: tuple[Variable, ...]) -> End:
        return End(outcome=config.outcome)

    @override
    def enter(self, scope: Scope[EndConfig]) -> Outcome:
        end: End = scope.program
        return end
