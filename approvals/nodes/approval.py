"""Approval: people are asked, their answers are counted, time-outs hand the work on. Decisions are pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from typing_extensions import override

from approvals import papers, rehearsal, rejections, timeouts
from approvals.approval_check import problems_of
from approvals.approval_config import ApprovalConfig
from approvals.choices import choice_problems, offered_choices
from approvals.commands import PERSONS, SYSTEMS
from approvals.deliberation import Deliberation, Program, Refused
from approvals.directory import Directory
from approvals.memory import people_heard
from approvals.timeouts import TIMED_OUT
from approvals.vote_config import compiled_rules
from workflows.engine.calendars import NoOpenTime
from workflows.engine.choice import Choice
from workflows.engine.due import parse_duration
from workflows.engine.events import Resumption, Signalled, TimerDue
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import compile_condition
from workflows.engine.graph import LocalText
from workflows.engine.node_type import (
    CheckContext,
    Fail,
    Ignore,
    NodeType,
    Outcome,
    Port,
    PortRule,
    Problem,
    Refuse,
    ReturnRule,
    Scope,
)
from workflows.engine.rehearsal import Foreseen
from workflows.engine.state import Json
from workflows.engine.variables import Variable
from workflows.engine.world import World

APPROVED = Port(port="approved", name=LocalText(zh="同意", en="Approved"))
REJECTED = Port(port="rejected", name=LocalText(zh="驳回", en="Rejected"))
LATE = Port(port=TIMED_OUT, name=LocalText(zh="超时", en="Timed out"))


class Approval(NodeType[ApprovalConfig]):
    """A token stands until enough people answered, or time did."""

    key = "approval"
    title = LocalText(zh="审批", en="Approval")
    description = LocalText(zh="请人同意或驳回", en="Asks people to approve or reject")
    category = "approval"
    icon = "approval"
    performs = "inline"
    port_rule = PortRule(ports=(APPROVED, REJECTED))
    waits = True
    asks_people = True
    possible_answers = rehearsal.ANSWERS
    Config = ApprovalConfig

    @override
    def ports(self, config: ApprovalConfig) -> tuple[Port, ...]:
        leaves = any(timeout.do == "leave" for timeout in config.timeouts)
        return (APPROVED, REJECTED, LATE) if leaves else (APPROVED, REJECTED)

    @override
    def check(self, config: ApprovalConfig, context: CheckContext) -> Sequence[Problem]:
        return problems_of(config, context=context)

    @override
    def required(self, config: ApprovalConfig, variables: Mapping[str, Json], world: World) -> Sequence[Problem]:
        return choice_problems(config, variables=variables, directory=world.need(Directory))

    @override
    def choices(self, config: ApprovalConfig, requester: str, world: World) -> Sequence[Choice]:
        return offered_choices(config, requester=requester, directory=world.need(Directory))

    @override
    def compile(self, config: ApprovalConfig, variables: tuple[Variable, ...]) -> Program:
        durations = [(timeout.after, parse_duration(timeout.after)) for timeout in config.timeouts]
        for text, duration in durations:
            if duration is None:
                raise ValueError(f"Expected a duration, found {text!r}.")
        return Program(
            durations=tuple(duration for _, duration in durations if duration is not None),
            rules=compiled_rules(config.mode, config.vote),
            conditions={text: compile_condition(text, variables) for text in config.conditions()},
            fields={one.name: one for one in variables if one.name in config.filled_in()},
        )

    @override
    def enter(self, scope: Scope[ApprovalConfig]) -> Outcome:
        try:
            return Deliberation(scope).open()
        except NoOpenTime as error:
            return Fail(code=error.code, message=error.message)
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=dict(error.params))

    @override
    def resume(self, scope: Scope[ApprovalConfig], event: Resumption) -> Outcome:
        try:
            deliberation = Deliberation(scope)
            match event:
                case TimerDue():
                    return timeouts.timeout(deliberation, event.actor)
                case Signalled(actor=actor, name=name):
                    known = PERSONS if actor.source in ("person", "api") else SYSTEMS
                    decide = known.get(name)
                    return Ignore() if decide is None else decide(deliberation, event)
                case _:
                    return Ignore()
        except Refused as refused:
            return Refuse(error=refused.error)
        except NoOpenTime as error:
            return Fail(code=error.code, message=error.message)
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=dict(error.params))

    @override
    def returns(self, config: ApprovalConfig) -> ReturnRule | None:
        return rejections.rule_of(config)

    @override
    def took_part(self, data: Json) -> Sequence[str]:
        return people_heard(data)

    @override
    def withdrawn(self, scope: Scope[ApprovalConfig], reason: str) -> tuple[Mapping[str, Json], ...]:
        return Deliberation(scope).withdrawn()

    @override
    def migrated(self, scope: Scope[ApprovalConfig]) -> tuple[Mapping[str, Json], ...]:
        return (papers.relabelling(name=scope.name),)

    @override
    def reckoned(self, scope: Scope[ApprovalConfig]) -> datetime | None:
        return timeouts.reckoned(Deliberation(scope))

    @override
    def foreseen(self, scope: Scope[ApprovalConfig], answer: str, by: str | None) -> Sequence[Foreseen]:
        return tuple(rehearsal.foreseen(scope, answer=answer, by=by))

    @override
    def asked(self, payload: Mapping[str, Json]) -> Mapping[str, Json] | None:
        return rehearsal.asked(payload)
