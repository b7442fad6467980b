"""The settings of a for-each step, and what can be wrong with them in a drawing."""

from typing import Final, Literal

from pydantic import Field

from workflows.engine import calls
from workflows.engine.calls import Given
from workflows.engine.catching import Catching
from workflows.engine.expressions.language import check
from workflows.engine.node_type import CheckContext, Problem
from workflows.engine.panel import ui
from workflows.engine.results import expression_problems, fits
from workflows.engine.variables import Kind, Variable, VariableType

_INTEGER: Final = VariableType(kind=Kind.INTEGER)
# What `stop_when` reads beside the variables of the flow.
COUNTS: Final = tuple(Variable(name=name, type=_INTEGER, label={}) for name in ("completed", "cancelled", "total"))


class ForEachConfig(Catching):
    """`most` bounds the items. `at_once` bounds the runs under way of a parallel one.

    `stop_when` is a condition over `completed`, `cancelled`, `total`, the variables of the flow, and in `into` the
    results so far; asked whenever a run is over, it ends the step before all are.
    """

    list: str = Field(
        min_length=1, max_length=64,
        json_schema_extra=ui("variable", zh="列表字段", en="List", group="what"),
    )  # fmt: skip
    flow: str = calls.flow_field()
    item: str = Field(
        min_length=1, max_length=64,
        json_schema_extra=ui("text", zh="每一项传给子流程字段", en="Give each item to its field", group="what"),
    )  # fmt: skip
    index: str = Field(
        default="", max_length=64,
        json_schema_extra=ui(
            "text", zh="序号传给子流程字段", en="Give its number to its field", group="advanced",
            help_zh="从 1 开始", help_en="Counted from 1",
        ),
    )  # fmt: skip
    given: tuple[Given, ...] = calls.given_field()
    order: Literal["parallel", "sequence"] = Field(
        default="parallel",
        json_schema_extra=ui(
            "select", zh="怎样进行", en="How", group="when",
            options=(("parallel", "同时进行", "Side by side"), ("sequence", "一个接一个", "One after the other")),
        ),
    )  # fmt: skip
    at_once: int | None = Field(
        default=None, ge=1, le=1000,
        json_schema_extra=ui(
            "number", zh="最多同时几个", en="At most at once", group="when", help_zh="不填则全部同时",
            help_en="Without a number all at once",
        ),
    )  # fmt: skip
    most: int = Field(
        default=200, ge=1, le=1000,
        json_schema_extra=ui(
            "number", zh="最多几项", en="Most items", group="advanced",
            help_zh="超过时不执行,转人工处理", help_en="With more of them nothing is started, and a person looks",
        ),
    )  # fmt: skip
    wait: bool = Field(
        default=True,
        json_schema_extra=ui(
            "switch", zh="等全部结束", en="Wait for all", group="when",
            help_zh="不等时,子流程各走各的", help_en="Otherwise they go their own way",
        ),
    )  # fmt: skip
    collect: str = Field(
        default="", max_length=64,
        json_schema_extra=ui("text", zh="收集子流程字段", en="Collect its field", group="after"),
    )  # fmt: skip
    into: str = Field(
        default="", max_length=64,
        json_schema_extra=ui(
            "variable", zh="结果存入列表", en="Into the list", group="after",
            help_zh="按列表原来的顺序,没有值的不收",
            help_en="In the order of the items; without those that have no value",
        ),
    )  # fmt: skip
    stop_when: str = Field(
        default="", max_length=2000,
        json_schema_extra=ui(
            "expression", zh="提前结束的条件", en="Stop when", group="after",
            help_zh="可用 ${completed}、${cancelled}、${total},以及已收集的结果",
            help_en="May read ${completed}, ${cancelled}, ${total} and the results so far",
        ),
    )  # fmt: skip
    rest: Literal["cancel", "let_run"] = Field(
        default="cancel",
        json_schema_extra=ui(
            "select", zh="提前结束时其余的", en="The others are then", group="after",
            options=(("cancel", "取消", "cancelled"), ("let_run", "让它们走完", "left to run")),
        ),
    )  # fmt: skip
    on_cancelled: Literal["incident", "exit", "skip"] = Field(
        default="incident",
        json_schema_extra=ui(
            "select", zh="有子流程被取消时", en="When one is cancelled", group="after",
            options=(
                ("incident", "转人工处理", "A person looks"),
                ("exit", "走“有子流程被取消”出口", "Leave by an exit of its own"),
                ("skip", "不算它,继续", "Go on without it"),
            ),
        ),
    )  # fmt: skip


def for_each_problems(config: ForEachConfig, context: CheckContext) -> list[Problem]:
    """Everything that stands against publishing a step with these settings."""
    own = [name for name in (config.item, config.index) if name]
    return [
        *calls.flow_problems(config.flow, context),
        *_item_problems(config, context),
        *calls.given_problems(config.flow, config.given, context, otherwise_given=own),
        *_result_problems(config, context),
        *_stop_problems(config, context),
        *_order_problems(config),
    ]


def _item_problems(config: ForEachConfig, context: CheckContext) -> list[Problem]:
    problems: list[Problem] = []
    source = calls.own_variable(config.list, context, "list")
    wanted = calls.variable_of(config.flow, config.item, context, "item")
    problems += [found for found in (source, wanted) if isinstance(found, Problem)]
    if isinstance(source, Variable):
        item = source.type.item
        if source.type.kind is not Kind.LIST or item is None:
            problems.append(
                calls.misfit("for_each.not_a_list", "list", variable=source.name, expected="a list", found=source.type)
            )
        elif isinstance(wanted, Variable) and not fits(wanted.type, item):
            problems.append(
                calls.misfit("for_each.item_type", "item", variable=wanted.name, expected=wanted.type, found=item)
            )
    if config.index:
        number = calls.variable_of(config.flow, config.index, context, "index")
        if isinstance(number, Problem):
            problems.append(number)
        elif number is not None and not fits(number.type, _INTEGER):
            problems.append(
                calls.misfit("for_each.index_type", "index", variable=number.name, expected=number.type, found=_INTEGER)
            )
    return problems


def _result_problems(config: ForEachConfig, context: CheckContext) -> list[Problem]:
    if not config.collect and not config.into:
        return []
    if not config.collect or not config.into:
        lacking = "into" if config.collect else "collect"
        return [
            Problem(
                code="for_each.result_halved", path=lacking, params={"field": lacking},
                message="Expected both what is collected and the list that takes it, found one of them.",
            )
        ]  # fmt: skip
    own = calls.own_variable(config.into, context, "into")
    theirs = calls.variable_of(config.flow, config.collect, context, "collect")
    problems = [found for found in (own, theirs) if isinstance(found, Problem)]
    if isinstance(own, Variable) and isinstance(theirs, Variable):
        collected = VariableType(kind=Kind.LIST, item=theirs.type)
        if not fits(own.type, collected):
            problems.append(
                calls.misfit("flow.result_type", "into", variable=own.name, expected=own.type, found=collected)
            )
    return problems


def _stop_problems(config: ForEachConfig, context: CheckContext) -> list[Problem]:
    if not config.stop_when:
        return []
    counts = {count.name for count in COUNTS}
    taken = sorted(variable.name for variable in context.variables if variable.name in counts)
    if taken:
        return [
            Problem(
                code="for_each.name_taken", path="stop_when", params={"variables": taken},
                message=f"Expected no variable with the name of a count, found {', '.join(taken)}.",
            )
        ]  # fmt: skip
    return expression_problems(
        check(config.stop_when, (*context.variables, *COUNTS), condition=True).errors, "stop_when"
    )


def _order_problems(config: ForEachConfig) -> list[Problem]:
    problems: list[Problem] = []
    if not config.wait:
        needing = {
            "order": config.order == "sequence", "at_once": config.at_once is not None,
            "collect": bool(config.collect), "stop_when": bool(config.stop_when),
            "on_cancelled": config.on_cancelled != "incident",
        }  # fmt: skip
        problems += [calls.needs_wait(path) for path, needs in needing.items() if needs]
    return problems
