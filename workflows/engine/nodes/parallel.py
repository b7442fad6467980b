"""Parallel gateway: all its branches at once; with several ways in it first waits for one token of each."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from workflows.engine.graph import Document, LocalText
from workflows.engine.node_type import (
    CheckContext,
    Config,
    Continue,
    Fork,
    NodeType,
    Outcome,
    Port,
    PortRule,
    Problem,
    Scope,
)
from workflows.engine.panel import ui


class ParallelBranch(Document):
    """One branch, left by its port."""

    port: str = Field(min_length=1, max_length=64)
    name: LocalText = LocalText()


class ParallelConfig(Config):
    """Without branches it only joins and goes on by `out`."""

    branches: tuple[ParallelBranch, ...] = Field(
        default=(), max_length=200,
        json_schema_extra=ui("branches", zh="并行分支", en="Parallel branches", group="when"),
    )  # fmt: skip


class Parallel(NodeType[ParallelConfig]):
    """Fork and join; the engine does the joining because only it sees the siblings."""

    key = "parallel"
    title = LocalText(zh="并行", en="Parallel")
    description = LocalText(zh="同时走所有分支,汇合时等齐", en="All branches at once; joins when all arrived")
    category = "control"
    icon = "parallel"
    port_rule = PortRule(kind="branches", ports=(), field="branches", joined=True)
    synchronizes = "edges"
    Config = ParallelConfig

    @override
    def ports(self, config: ParallelConfig) -> tuple[Port, ...]:
        if not config.branches:
            return (Port(port="out"),)
        return tuple(Port(port=branch.port, name=branch.name) for branch in config.branches)

    @override
    def check(self, config: ParallelConfig, context: CheckContext) -> Sequence[Problem]:
        ports = [branch.port for branch in config.branches]
        return [
            Problem(
                code="branches.port_repeated", path=f"branches.{index}.port", params={"port": port},
                message=f"Expected each port once, found {port!r} again.",
            )
            for index, port in enumerate(ports)
            if port in ports[:index]
        ]  # fmt: skip

    @override
    def enter(self, scope: Scope[ParallelConfig]) -> Outcome:
        branches = scope.config.branches
        if len(branches) > 1:
            return Fork(ports=tuple(branch.port for branch in branches))
        return Continue(port=branches[0].port if branches else "out")
