"""Map data: expressions over the run's variables, evaluated in order; their results become variables."""

from collections.abc import Mapping, Sequence

from pydantic import Field
from typing_extensions import override

from workflows.engine.catching import Catching
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Expression, compile_expression
from workflows.engine.graph import Document, LocalText
from workflows.engine.node_type import CheckContext, Continue, Fail, NodeType, Outcome, Problem, Scope
from workflows.engine.panel import ui
from workflows.engine.results import kept, value_problems
from workflows.engine.state import Json
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Variable


class Assignment(Document):
    """One variable and the expression whose result it takes."""

    variable: str = Field(min_length=1, max_length=64)
    value: str = Field(max_length=2000)


class MappingConfig(Catching):
    """Assignments in their order: a later one reads what an earlier one has set."""

    assign: tuple[Assignment, ...] = Field(
        min_length=1, max_length=100,
        json_schema_extra=ui(
            "assignments", zh="给字段赋值", en="Set fields", group="when",
            help_zh="从上到下计算,后面的能用到前面的结果;金额四舍五入到分(币种的最小单位)",
            help_en="From top to bottom; a later one sees what an earlier one set. Amounts are rounded half up to the "
            "smallest unit of their currency",
        ),
    )  # fmt: skip


class DataMapping(NodeType[MappingConfig]):
    """All of its variables are set, or, when one cannot be, none of them."""

    key = "mapping"
    title = LocalText(zh="数据映射", en="Map data")
    description = LocalText(zh="由已有字段算出新值", en="Computes fields from other fields")
    category = "data"
    icon = "equals"
    Config = MappingConfig

    @override
    def check(self, config: MappingConfig, context: CheckContext) -> Sequence[Problem]:
        declared = {variable.name: variable.type for variable in context.variables}
        names = [one.variable for one in config.assign]
        problems: list[Problem] = []
        for index, one in enumerate(config.assign):
            if one.variable not in declared:
                problems.append(
                    Problem(
                        code="mapping.unknown_variable", path=f"assign.{index}.variable",
                        params={"variable": one.variable},
                        message=f"Expected a declared variable, found {one.variable!r}.",
                    )
                )  # fmt: skip
            elif one.variable in names[:index]:
                problems.append(
                    Problem(
                        code="mapping.variable_repeated", path=f"assign.{index}.variable",
                        params={"variable": one.variable},
                        message=f"Expected each variable once, found {one.variable!r} again.",
                    )
                )  # fmt: skip
            problems += value_problems(
                one.value, wanted=declared.get(one.variable), variable=one.variable, variables=context.variables,
                path=f"assign.{index}.value", code="mapping.type",
            )  # fmt: skip
        return problems

    @override
    def compile(
        self, config: MappingConfig, variables: tuple[Variable, ...]
    ) -> tuple[tuple[Variable, Expression], ...]:
        declared = {variable.name: variable for variable in variables}
        return tuple((declared[one.variable], compile_expression(one.value, variables)) for one in config.assign)

    @override
    def enter(self, scope: Scope[MappingConfig]) -> Outcome:
        assignments: tuple[tuple[Variable, Expression], ...] = scope.program
        output: dict[str, Json] = {}
        reasons: list[Json] = []
        for variable, expression in assignments:
            values: Mapping[str, Json] = {**scope.variables, **output}
            try:
                result = kept(variable, expression.value(values))
            except EvaluationError as error:
                return Fail(code=error.code, message=error.message, params={**error.params, "variable": variable.name})
            except ValueMismatch as mismatch:
                return Fail(
                    code="mapping.result_unfit",
                    message=f"Expected {mismatch.expected} for {variable.name}, found {mismatch.found}.",
                    params={"variable": variable.name, "expected": mismatch.expected, "found": mismatch.found},
                )
            reasons.append({"variable": variable.name, "because": expression.explain(values)})
            output[variable.name] = result
        return Continue(output=output, why={"assigned": reasons})
