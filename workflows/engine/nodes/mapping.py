"""Map data: expressions over the run's variables, evaluated in order; their results become variables."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from pydantic import Field
from typing_extensions import override

from workflows.engine.expressions.errors import EvaluationError, ExpressionError
from workflows.engine.expressions.language import Expression, check, compile_expression
from workflows.engine.graph import Document, LocalText
from workflows.engine.json_values import decode, encode
from workflows.engine.node_type import CheckContext, Config, Continue, Fail, NodeType, Outcome, Problem, Scope
from workflows.engine.panel import ui
from workflows.engine.state import Json
from workflows.engine.values import EXACT_ROUNDING, MAX_DIGITS, Money, ValueMismatch
from workflows.engine.variables import Kind, Variable, VariableType

_FINEST: Final = Decimal(1).scaleb(-MAX_DIGITS)  # a number is kept with at most this many decimals


class Assignment(Document):
    """One variable and the expression whose result it takes."""

    variable: str = Field(min_length=1, max_length=64)
    value: str = Field(max_length=2000)


class MappingConfig(Config):
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
            problems += _value_problems(index, one, declared.get(one.variable), context.variables)
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
                result = _as_kept(variable, expression.value(values))
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


def _value_problems(
    index: int, one: Assignment, wanted: VariableType | None, variables: tuple[Variable, ...]
) -> list[Problem]:
    """What is wrong with the expression; its type matters only when the variable is known."""
    path = f"assign.{index}.value"
    found = check(one.value, variables)
    if found.type is None:
        return [_of_expression(error, path) for error in found.errors]
    if wanted is None or _fits(wanted, found.type):
        return []
    return [
        Problem(
            code="mapping.type", path=path, span=(0, len(one.value)),
            message=f"Expected a value of type {wanted} for {one.variable}, found {found.type}.",
            params={"variable": one.variable, "expected": str(wanted), "found": str(found.type)},
        )
    ]  # fmt: skip


def _of_expression(error: ExpressionError, path: str) -> Problem:
    return Problem(
        code=error.code, message=error.message, path=path, span=(error.start, error.end), params=error.params
    )


def _fits(wanted: VariableType, found: VariableType) -> bool:
    """Whether a value of one type may stand in a variable of the other: a whole number is also a decimal one."""
    if found.kind is Kind.NULL:
        return True
    if wanted.kind is Kind.LIST and found.kind is Kind.LIST:
        return wanted.item is not None and found.item is not None and _fits(wanted.item, found.item)
    if wanted.kind is Kind.RECORD and found.kind is Kind.RECORD:
        pairs = [(field.type, found.field(field.name)) for field in wanted.fields]
        return all(other is not None and _fits(kind, other.type) for kind, other in pairs)
    return found.kind is wanted.kind or (wanted.kind is Kind.DECIMAL and found.kind is Kind.INTEGER)


def _as_kept(variable: Variable, value: Any) -> Json:
    """The result as the run keeps it; raises ValueMismatch when nobody could read it back."""
    return encode(decode(variable.type, encode(_rounded(value)), variable.name))


def _rounded(value: Any) -> Any:
    """Amounts in whole minor units, and numbers without the endless rest that a quotient has.

    What is too large for a variable stays as it is, and is refused when it is read back.
    """
    match value:
        case Money() if value.amount.adjusted() < MAX_DIGITS:
            return value.quantized()
        case Decimal() if value.adjusted() < MAX_DIGITS and int(value.as_tuple().exponent) < -MAX_DIGITS:
            return value.quantize(_FINEST, rounding=ROUND_HALF_UP, context=EXACT_ROUNDING)
        case tuple():
            return tuple(_rounded(item) for item in value)
    return value
