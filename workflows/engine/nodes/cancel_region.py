"""Withdraw steps: whoever waits in the named steps is taken away, and only the token that came here goes on."""

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from workflows.engine.graph import Id, LocalText
from workflows.engine.node_type import Config, Continue, NodeType, Outcome, Scope
from workflows.engine.panel import ui


class CancelRegionConfig(Config):
    """`nodes` are ids of steps of the same drawing, joins among them for what waits there."""

    nodes: tuple[Id, ...] = Field(
        min_length=1, max_length=500,
        json_schema_extra=ui(
            "steps", zh="撤回哪些步骤", en="Steps to withdraw", group="what",
            help_zh="走到这里时,正停在这些步骤上的任务、计时和等待都撤回。要离开并行,请选上其他分支的全部步骤和汇合",
            help_en="Tasks, timers and waits that stand at these steps are withdrawn when this one is reached. To "
            "leave parallel branches for good, name all steps of the other branches and their join",
        ),
    )  # fmt: skip


class CancelRegion(NodeType[CancelRegionConfig]):
    """The engine withdraws; which regions are sound is decided when the drawing is checked."""

    key = "cancel_region"
    title = LocalText(zh="撤回步骤", en="Withdraw steps")
    description = LocalText(
        zh="把其他分支上正在进行的步骤撤回", en="Withdraws what is under way in steps of other branches"
    )
    category = "control"
    icon = "withdraw"
    withdraws: ClassVar[bool] = True
    Config = CancelRegionConfig

    @override
    def region(self, config: CancelRegionConfig) -> tuple[str, ...]:
        return config.nodes

    @override
    def enter(self, scope: Scope[CancelRegionConfig]) -> Outcome:
        return Continue(withdraws=scope.config.nodes)
