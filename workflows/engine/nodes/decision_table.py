"""Decision table: rules in rows, tests of the inputs and results in columns, read by a hit policy (DMN)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import Field
from typing_extensions import override

from workflows.engine.catching import Catching
from workflows.engine.decisions import Aggregation, HitPolicy, Rule, Table
from workflows.engine.expressions.analysis.rules import Tests
from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.language import (
    Condition,
    Expression,
    check,
    check_cell,
    compile_expression,
    compile_rule,
    parse,
)
from workflows.engine.expressions.syntax import Ast
from workflows.engine.expressions.unary import is_test
from workflows.engine.graph import Document, LocalText
from workflows.engine.node_type import CheckContext, NodeType, Outcome, Problem, Scope
from workflows.engine.panel import ui
from workflows.engine.results import expression_problems, value_problems
from workflows.engine.table_findings import table_findings
from workflows.engine.variables import Kind, Variable, VariableType

_SUMMED: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DURATION})
_SIZED: Final = _SUMMED | {Kind.DATE, Kind.DATETIME}
_COUNTS: Final = frozenset({Kind.INTEGER, Kind.DECIMAL})
_GATHERED: Final[Mapping[Aggregation, frozenset[Kind]]] = {
    Aggregation.LIST: frozenset({Kind.LIST}),
    Aggregation.SUM: _SUMMED,
    Aggregation.MIN: _SIZED,
    Aggregation.MAX: _SIZED,
    Aggregation.COUNT: _COUNTS,
}


class InputColumn(Document):
    """What the cells of a column are asked of: an expression. Its type is the type of the column."""

    value: str = Field(max_length=2000)


class OutputColumn(Document):
    """The variable that takes the results of a column; `aggregation` says how, when the hit policy is collect."""

    variable: str = Field(min_length=1, max_length=64)
    aggregation: Aggregation = Aggregation.LIST


class TableRule(Document):
    """A cell for each input and each output, in the order of the columns."""

    when: tuple[str, ...] = Field(max_length=20)
    then: tuple[str, ...] = Field(max_length=20)


class Rules(Document):
    """The table. `otherwise` is what each variable becomes when no rule holds; without it that is an incident."""

    hit_policy: HitPolicy = HitPolicy.UNIQUE
    inputs: tuple[InputColumn, ...] = Field(min_length=1, max_length=20)
    outputs: tuple[OutputColumn, ...] = Field(min_length=1, max_length=20)
    rules: tuple[TableRule, ...] = Field(min_length=1, max_length=200)
    otherwise: tuple[str, ...] | None = Field(default=None, max_length=20)


class DecisionTableConfig(Catching):
    """One table."""

    table: Rules = Field(
        json_schema_extra=ui(
            "decision_table", zh="决策表", en="Decision table", group="when",
            help_zh="条件格写 < 30.00 CNY、[1..5)、'a', 'b'、not('a')、null(缺值)或 -(任意);结果格写算式",
            help_en="A condition is < 30.00 CNY, [1..5), 'a', 'b', not('a'), null (missing) or - (anything); "
            "a result is an expression",
        ),
    )  # fmt: skip


class DecisionTable(NodeType[DecisionTableConfig]):
    """All of its variables are set, or, when it does not come to a decision, none of them."""

    key = "decision_table"
    title = LocalText(zh="决策表", en="Decision table")
    description = LocalText(zh="按规则表给字段赋值", en="Sets fields by a table of rules")
    category = "data"
    icon = "table"
    Config = DecisionTableConfig

    @override
    def check(self, config: DecisionTableConfig, context: CheckContext) -> Sequence[Problem]:
        problems = list(_problems(config.table, context.variables))
        if problems:
            return problems
        return table_findings(self.compile(config, context.variables), _tests(config.table, context.variables))

    @override
    def compile(self, config: DecisionTableConfig, variables: tuple[Variable, ...]) -> Table:
        table = config.table
        declared = {variable.name: variable for variable in variables}
        subjects = [parse(column.value) for column in table.inputs]

        def row(cells: tuple[str, ...]) -> tuple[Expression, ...]:
            return tuple(compile_expression(cell, variables) for cell in cells)

        rules = (
            Rule(
                number=number,
                condition=compile_rule(zip(rule.when, subjects, strict=True), variables),
                results=row(rule.then),
            )
            for number, rule in enumerate(table.rules, start=1)
        )
        return Table(
            hit_policy=table.hit_policy,
            variables=tuple(declared[column.variable] for column in table.outputs),
            aggregations=tuple(column.aggregation for column in table.outputs),
            rules=tuple(rules),
            otherwise=None if table.otherwise is None else row(table.otherwise),
        )

    @override
    def enter(self, scope: Scope[DecisionTableConfig]) -> Outcome:
        table: Table = scope.program
        return table.decide(scope.variables)


def _tests(table: Rules, variables: tuple[Variable, ...]) -> tuple[Tests, ...]:
    """The tests that each rule is made of, by column."""
    subjects = [parse(column.value) for column in table.inputs]
    known: dict[tuple[int, str], Condition | None] = {}
    for rule in table.rules:
        for column, cell in enumerate(rule.when):
            if (column, cell) not in known:
                known[column, cell] = compile_rule([(cell, subjects[column])], variables) if is_test(cell) else None
    return tuple(tuple(known[place] for place in enumerate(rule.when)) for rule in table.rules)


def _problems(table: Rules, variables: tuple[Variable, ...]) -> Iterator[Problem]:
    """What keeps the table from being compiled, each at its cell."""
    subjects: list[Ast | None] = []
    for index, column in enumerate(table.inputs):
        found = check(column.value, variables)
        yield from expression_problems(found.errors, f"table.inputs.{index}.value")
        subjects.append(parse(column.value) if found.ok else None)
    yield from _output_problems(table, variables)
    declared = {variable.name: variable.type for variable in variables}
    results = [(column.variable, _result_type(table, column, declared)) for column in table.outputs]
    for index, rule in enumerate(table.rules):
        path = f"table.rules.{index}"
        yield from _count_problems(rule.when, len(subjects), f"{path}.when")
        yield from _test_problems(rule.when, subjects, variables, path)
        yield from _row_problems(rule.then, results, variables, f"{path}.then")
    if table.otherwise is not None:
        whole = [(column.variable, declared.get(column.variable)) for column in table.outputs]
        yield from _row_problems(table.otherwise, whole, variables, "table.otherwise")


def _output_problems(table: Rules, variables: tuple[Variable, ...]) -> Iterator[Problem]:
    declared = {variable.name: variable.type for variable in variables}
    names = [column.variable for column in table.outputs]
    for index, column in enumerate(table.outputs):
        path = f"table.outputs.{index}"
        name, kind = column.variable, declared.get(column.variable)
        if kind is None:
            yield Problem(
                code="decision_table.unknown_variable", path=f"{path}.variable", params={"variable": name},
                message=f"Expected a declared variable, found {name!r}.",
            )  # fmt: skip
        elif name in names[:index]:
            yield Problem(
                code="decision_table.variable_repeated", path=f"{path}.variable", params={"variable": name},
                message=f"Expected each variable once, found {name!r} again.",
            )  # fmt: skip
        elif table.hit_policy is HitPolicy.COLLECT and kind.kind not in _GATHERED[column.aggregation]:
            expected = " or ".join(sorted(_GATHERED[column.aggregation]))
            yield Problem(
                code="decision_table.aggregation", path=f"{path}.aggregation",
                message=f"Expected a variable of type {expected} for {column.aggregation}, found {kind}.",
                params={
                    "variable": name, "aggregation": column.aggregation, "expected": expected, "found": str(kind),
                },
            )  # fmt: skip


def _result_type(table: Rules, column: OutputColumn, declared: Mapping[str, VariableType]) -> VariableType | None:
    """What a rule must give for a column; None for anything."""
    kind = declared.get(column.variable)
    if table.hit_policy is not HitPolicy.COLLECT or kind is None:
        return kind
    match column.aggregation:
        case Aggregation.COUNT:
            return None
        case Aggregation.LIST:
            return kind.item
    return kind


def _count_problems(cells: Sequence[str], columns: int, path: str) -> Iterator[Problem]:
    if len(cells) != columns:
        yield Problem(
            code="decision_table.cells", path=path, params={"expected": columns, "found": len(cells)},
            message=f"Expected a cell for each of {columns} columns, found {len(cells)}.",
        )  # fmt: skip


def _test_problems(
    cells: Sequence[str], subjects: Sequence[Ast | None], variables: tuple[Variable, ...], path: str
) -> Iterator[Problem]:
    asked = [
        (place, cell, subject)
        for place, (cell, subject) in enumerate(zip(cells, subjects, strict=False))
        if subject is not None
    ]
    wrong = [
        problem
        for place, cell, subject in asked
        for problem in expression_problems(check_cell(cell, subject, variables).errors, f"{path}.when.{place}")
    ]
    yield from wrong
    if not wrong:
        try:
            compile_rule([(cell, subject) for _, cell, subject in asked], variables)
        except ExpressionError as too_large:
            yield from expression_problems([too_large], path)


def _row_problems(
    cells: Sequence[str], outputs: Sequence[tuple[str, VariableType | None]], variables: tuple[Variable, ...], path: str
) -> Iterator[Problem]:
    """About results for variables, each of the type that is wanted for it."""
    yield from _count_problems(cells, len(outputs), path)
    for place, (cell, (variable, wanted)) in enumerate(zip(cells, outputs, strict=False)):
        yield from value_problems(
            cell, wanted=wanted, variable=variable, variables=variables,
            path=f"{path}.{place}", code="decision_table.type",
        )  # fmt: skip
