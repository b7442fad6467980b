"""What node types that call other flows have in common: the values they give, the variables they take, the checks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from workflows.engine.events import Called
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Expression, compile_expression
from workflows.engine.flow_book import FlowBook, PublishedFlow
from workflows.engine.graph import Document
from workflows.engine.node_type import CheckContext, Fail, Problem
from workflows.engine.panel import ui, with_columns
from workflows.engine.results import kept, value_problems
from workflows.engine.state import Json, Status
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Variable

MOST_DEEP: Final = 8  # callers above a run
MOST_VALUES: Final = 100


class Given(Document):
    """A variable of the called flow and the expression, over the variables of the calling one, that it begins with."""

    variable: str = Field(min_length=1, max_length=64)
    value: str = Field(max_length=2000)


Program = tuple[tuple[Variable, Expression], ...]


def flow_field() -> Any:
    """The field that names the called flow."""
    return Field(
        min_length=1, max_length=64,
        json_schema_extra=ui(
            "flow", zh="子流程", en="Flow to call", group="what",
            help_zh="已发布的流程;每次调用都用它当时的线上版本",
            help_en="A published flow; each call runs the version that is live at that moment",
        ),
    )  # fmt: skip


def given_field() -> Any:
    """The field that maps variables into the called flow."""
    return Field(
        default=(), max_length=MOST_VALUES,
        json_schema_extra=with_columns(
            ui(
                "rows", zh="传入", en="Give it", group="what",
                help_zh="没有传入的字段在子流程里没有值", help_en="What is not given has no value in the called flow",
            ),
            ("variable", "text", "子流程字段", "Its field"), ("value", "expression", "取值", "Value"),
        ),
    )  # fmt: skip


# What is wrong with a drawing.


def callee(flow: str, context: CheckContext) -> PublishedFlow | None:
    """The flow that a drawing calls, as the house has it now."""
    return context.world.need(FlowBook).find(flow)


def flow_problems(flow: str, context: CheckContext) -> Iterator[Problem]:
    """Whether the flow exists and never leads back to the one that calls it."""
    if context.flow and (way := context.world.need(FlowBook).way(flow, context.flow)):
        cycle = [context.flow, *way]
        yield Problem(
            code="flow.recursive", path="flow", params={"flow": flow, "cycle": cycle},
            message=f"Expected a flow that never calls this one, found {' → '.join(cycle)}.",
        )  # fmt: skip
    elif (found := callee(flow, context)) is None:
        yield Problem(
            code="flow.unknown", path="flow", params={"flow": flow},
            message=f"Expected a published flow, found {flow!r}.",
        )  # fmt: skip
    elif found.takes_turns:
        yield Problem(
            code="flow.takes_turns", path="flow", params={"flow": flow},
            message=f"Expected a flow that starts at once, found that {flow!r} waits in a line.",
        )  # fmt: skip


def given_problems(
    flow: str, given: Sequence[Given], context: CheckContext, *, otherwise_given: Sequence[str] = ()
) -> Iterator[Problem]:
    """Whether every value fits its variable, each is given once, and none is forgotten (a warning)."""
    found = callee(flow, context)
    names = [*otherwise_given, *(one.variable for one in given)]
    for index, one in enumerate(given):
        wanted = found.variable(one.variable) if found is not None else None
        path = f"given.{index}"
        if found is not None and wanted is None:
            yield _no_variable(flow, one.variable, f"{path}.variable")
        if one.variable in names[: len(otherwise_given) + index]:
            yield Problem(
                code="flow.variable_repeated", path=f"{path}.variable", params={"variable": one.variable},
                message=f"Expected each variable once, found {one.variable!r} again.",
            )  # fmt: skip
        yield from value_problems(
            one.value, wanted=None if wanted is None else wanted.type, variable=one.variable,
            variables=context.variables, path=f"{path}.value", code="flow.value_type",
        )  # fmt: skip
    missing = [variable.name for variable in found.variables if variable.name not in names] if found else []
    if missing:
        yield Problem(
            code="flow.variables_not_given", path="given", severity="warning",
            params={"flow": flow, "variables": missing},
            message=f"Expected a value for every variable of {flow}, found none for {', '.join(missing)}.",
        )  # fmt: skip


def variable_of(flow: str, name: str, context: CheckContext, path: str) -> Variable | Problem | None:
    """A variable of the called flow, or what is wrong with its name; None when the flow is not known."""
    found = callee(flow, context)
    if found is None:
        return None
    return found.variable(name) or _no_variable(flow, name, path)


def own_variable(name: str, context: CheckContext, path: str) -> Variable | Problem:
    """A variable of the calling flow, or what is wrong with its name."""
    for variable in context.variables:
        if variable.name == name:
            return variable
    return Problem(
        code="flow.own_variable_unknown", path=path, params={"variable": name},
        message=f"Expected a declared variable, found {name!r}.",
    )  # fmt: skip


def misfit(code: str, path: str, *, variable: str, expected: object, found: object) -> Problem:
    """A variable whose type does not fit."""
    return Problem(
        code=code, path=path, params={"variable": variable, "expected": str(expected), "found": str(found)},
        message=f"Expected {expected} for {variable}, found {found}.",
    )  # fmt: skip


def needs_wait(path: str) -> Problem:
    """A setting that means nothing when nobody waits for the called flow."""
    return Problem(
        code="flow.needs_wait", path=path, params={"field": path},
        message=f"Expected no {path} where nobody waits for the called flow, found one.",
    )  # fmt: skip


def _no_variable(flow: str, name: str, path: str) -> Problem:
    return Problem(
        code="flow.variable_unknown", path=path, params={"flow": flow, "variable": name},
        message=f"Expected a variable that {flow} declares, found {name!r}.",
    )  # fmt: skip


# What runs.


def compile_given(given: Sequence[Given], variables: tuple[Variable, ...]) -> Program:
    """The values ready to be evaluated; each is kept as what its expression gives."""
    compiled = [(one.variable, compile_expression(one.value, variables)) for one in given]
    return tuple((Variable(name=name, type=value.type, label={}), value) for name, value in compiled)


def evaluate_given(program: Program, variables: Mapping[str, Json]) -> dict[str, Json] | Fail:
    """The values that a called run begins with, or why there are none."""
    values: dict[str, Json] = {}
    for variable, expression in program:
        try:
            values[variable.name] = kept(variable, expression.value(variables))
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params={**error.params, "variable": variable.name})
        except ValueMismatch as mismatch:
            return Fail(
                code="flow.value_unfit", message=f"Expected {mismatch.expected} for {variable.name}, found "
                f"{mismatch.found}.",
                params={"variable": variable.name, "expected": mismatch.expected, "found": mismatch.found},
            )  # fmt: skip
    return values


def unfit_result(mismatch: ValueMismatch, variable: str) -> Fail:
    """What a called run leaves does not fit the variable that is to take it."""
    return Fail(
        code="flow.result_unfit", message=f"Expected {mismatch.expected} for {variable}, found {mismatch.found}.",
        params={"variable": variable, "expected": mismatch.expected, "found": mismatch.found},
    )  # fmt: skip


def cancelled(flow: str, runs: Sequence[Called]) -> Fail:
    """Called runs were cancelled by somebody else, and nothing in the drawing says what then."""
    return Fail(
        code="flow.cancelled", message=f"Expected the called flow {flow} to run to its end, found it cancelled.",
        params={"flow": flow, "items": [run.item for run in runs], "runs": [run.run for run in runs]},
    )  # fmt: skip


# The documents between the deciding and the doing half of a node type that calls.


def start_work(
    flow: str, *, items: Sequence[tuple[int, Mapping[str, Json]]], waits: bool, wants: Sequence[str]
) -> dict[str, Json]:
    """To be done at once: start a run for each item with its variables."""
    return {
        "do": "start", "flow": flow, "waits": waits, "wants": list(wants),
        "items": [[item, dict(variables)] for item, variables in items],
    }  # fmt: skip


def adopt_work(runs: Sequence[Called]) -> dict[str, Json]:
    """To be done at once: runs that an earlier attempt of this visit called belong to the token that repairs it."""
    return {"do": "adopt", "runs": [run.run for run in runs]}


def recall_work(reason: str) -> dict[str, Json]:
    """To be done at once: cancel what this visit has called and is still under way."""
    return {"do": "recall", "reason": reason}


def release_work() -> dict[str, Json]:
    """To be done at once: what this visit has called and is still under way goes its own way."""
    return {"do": "release"}


# In a rehearsal nothing is called.


def supposed_output(items: int) -> dict[str, Json]:
    """What the job of a call answers: that all runs have begun."""
    begun = [Called(run="", item=item, status=Status.RUNNING) for item in range(items)]
    return {"standing": encode_called(begun)}


def supposed_runs(items: int, given: Mapping[str, Json]) -> tuple[Called, ...]:
    """All runs of a wait, completed, each leaving the same."""
    return tuple(Called(run="", item=item, status=Status.COMPLETED, output=given) for item in range(items))


def encode_called(runs: Sequence[Called]) -> list[Json]:
    """The JSON of called runs."""
    return [{"run": one.run, "item": one.item, "status": one.status, "output": dict(one.output)} for one in runs]


def decode_called(documents: Sequence[Mapping[str, Json]]) -> tuple[Called, ...]:
    """Called runs of their JSON."""
    return tuple(
        Called(run=one["run"], item=one["item"], status=Status(one["status"]), output=one["output"])
        for one in documents
    )
