"""Every reason why an approval's settings cannot, or should not, be published. Pure."""

from collections.abc import Iterator, Sequence

from approvals.approval_config import ApprovalConfig, TimeoutConfig
from approvals.directory import Directory
from approvals.field_check import field_problems
from approvals.target_check import addressee_problems, target_problems
from approvals.targets import (
    ChoiceTarget,
    ExpressionTarget,
    GroupTarget,
    HeadTarget,
    Target,
    UserTarget,
    spread,
)
from approvals.vote_check import vote_problems
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.due import parse_duration, unconfirmed_problems
from workflows.engine.expressions.language import check, compile_condition
from workflows.engine.node_type import CheckContext, Problem
from workflows.engine.results import expression_problems
from workflows.engine.variables import Kind as VariableKind

DECIDING = ("approve", "reject", "leave")  # what ends the wait: nothing can follow


def problems_of(config: ApprovalConfig, *, context: CheckContext) -> tuple[Problem, ...]:
    """All problems at once, each with the path of its field."""
    check = _Check(config, context)
    return tuple(check.all())


class _Check:
    def __init__(self, config: ApprovalConfig, context: CheckContext) -> None:
        self.config = config
        self.directory = context.world.need(Directory)
        self.book = context.world.need(CalendarBook)
        self.now = context.now
        self.variables = context.variables
        self.steps, self.node = context.steps, context.node

    def all(self) -> Iterator[Problem]:
        config = self.config
        yield from self.targets(config.assign, path="assign")
        yield from self.targets(config.on_empty, path="on_empty")
        yield from self.targets(config.offline_to, path="offline_to")
        yield from addressee_problems(config.copy_to, path="copy_to", directory=self.directory)
        yield from vote_problems(config, directory=self.directory)
        yield from field_problems(config, variables=self.variables)
        if config.calendar is not None and config.calendar not in self.book:
            yield Problem(
                code="calendar.unknown", path="calendar", params={"calendar": config.calendar},
                message=f"Expected a known calendar, found {config.calendar!r}.",
            )  # fmt: skip
        if config.substitutes() == ():
            yield Problem(
                code="approval.no_substitute", path="offline_to",
                message="Expected somebody to ask while approvers are away, found nobody.",
            )  # fmt: skip
        yield from self.apart()
        yield from self.passing()
        for index, timeout in enumerate(config.timeouts):
            yield from self.timeout(timeout, index=index)
        yield from self.clocks()
        yield from self.unannounced()

    def apart(self) -> Iterator[Problem]:
        """Steps that others must decide: other approvals of this drawing, if there is a drawing to look at."""
        for index, step in enumerate(self.config.apart_from if self.steps else ()):
            if self.steps.get(step) != "approval" or step == self.node:
                yield Problem(
                    code="approval.apart_from_none", path=f"apart_from.{index}", params={"step": step},
                    message=f"Expected another approval of this flow, found {step!r}.",
                )  # fmt: skip

    def passing(self) -> Iterator[Problem]:
        """Nobody looks at what passes by itself: where money moves it needs a ceiling."""
        config = self.config
        if config.when_empty != "pass":
            return
        text = config.pass_when.strip()
        checked = check(text, self.variables, condition=True) if text else None
        if checked is not None and not checked.ok:
            yield from expression_problems(checked.errors, "pass_when")
            return
        money = {one.name for one in self.variables if one.type.kind is VariableKind.MONEY}
        read = compile_condition(text, self.variables).references if text else ()
        if money and money.isdisjoint(read):
            yield Problem(
                code="approval.pass_needs_ceiling", path="pass_when",
                message="Expected a ceiling on an amount of money under which it may pass by itself, found none.",
            )  # fmt: skip
        else:
            yield Problem(
                code="approval.empty_passes", severity="warning", path="when_empty",
                message="It will be approved here when nobody is left; no person will have looked.",
            )  # fmt: skip

    def targets(self, targets: Sequence[Target], *, path: str) -> Iterator[Problem]:
        yield from target_problems(
            targets, path=path, directory=self.directory, variables=self.variables,
            replaced=self.config.on_requester != "skip",
        )  # fmt: skip

    def timeout(self, timeout: TimeoutConfig, *, index: int) -> Iterator[Problem]:
        path = f"timeouts.{index}"
        duration = parse_duration(timeout.after)
        if duration is None or not duration.total():
            yield Problem(
                code="duration.malformed", path=f"{path}.after", params={"found": timeout.after},
                message=f"Expected a duration such as PT120M, longer than nothing, found {timeout.after!r}.",
            )  # fmt: skip
        if timeout.do in DECIDING and index < len(self.config.timeouts) - 1:
            yield Problem(
                code="approval.timeout_after_end", path=path, params={"do": timeout.do},
                message=f"Expected {timeout.do!r} as the last timeout, found others behind it.",
            )  # fmt: skip
        if timeout.do == "approve":
            yield Problem(
                code="approval.auto_approve", severity="warning", path=path,
                message="Silence will approve here; no person will have looked.",
            )  # fmt: skip
        if timeout.do == "transfer":
            yield from self.transfer(timeout, index=index, path=path)
        elif timeout.to:
            yield Problem(
                code="approval.unused_target", path=f"{path}.to", params={"do": timeout.do},
                message=f"Expected no target for {timeout.do!r}, found one.",
            )  # fmt: skip

    def transfer(self, timeout: TimeoutConfig, *, index: int, path: str) -> Iterator[Problem]:
        yield from self.targets(timeout.to, path=f"{path}.to")
        earlier = [step.to for step in self.config.timeouts[:index] if step.do == "transfer"]
        holders = earlier[-1] if earlier else self.config.assign
        if not timeout.to:
            yield Problem(
                code="approval.no_target", path=f"{path}.to",
                message="Expected somebody to transfer to, found nobody.",
            )  # fmt: skip
        elif set(timeout.to) <= set(holders):
            yield Problem(
                code="approval.transfer_to_same", path=f"{path}.to",
                message="Expected somebody else to transfer to, found those who let the time pass.",
            )  # fmt: skip

    def clocks(self) -> Iterator[Problem]:
        """A working clock needs to know which calendar counts, for everybody who may hold the task."""
        if self.config.calendar is not None:
            return
        targets, path = self.config.assign, "assign"
        for index, timeout in enumerate(self.config.timeouts):
            if timeout.clock == "working":
                for target in targets:
                    calendars = self.calendars_of(target)
                    missing = [key for key in calendars if key is None or key not in self.book]
                    if missing or not calendars:
                        yield Problem(
                            code="approval.no_calendar", path="calendar",
                            params={"calendar": next(iter(missing), None), "target": path, "timeout": index},
                            message="Expected a calendar for the working clock, found none for a target.",
                        )  # fmt: skip
            if timeout.do == "transfer":
                targets, path = timeout.to, f"timeouts.{index}.to"

    def unannounced(self) -> Iterator[Problem]:
        """Time-outs in a row may reach a year whose holidays nobody has announced."""
        config = self.config
        spans = [parse_duration(one.after) for one in config.timeouts if one.clock == "working"]
        durations = [span for span in spans if span is not None]
        own = [key for target in config.assign for key in self.calendars_of(target)]
        for key in dict.fromkeys(own if config.calendar is None else [config.calendar]):
            if key is not None and key in self.book and durations:
                yield from unconfirmed_problems(self.book[key], durations, now=self.now, path="timeouts")

    def calendars_of(self, target: Target) -> tuple[str | None, ...]:
        """The calendars of everybody whom a target names; None for those of whom the run alone knows."""
        if isinstance(target, ExpressionTarget | ChoiceTarget):
            return tuple(self.calendar_of(one) for _, one in spread([target]) if one is not target)
        return (self.calendar_of(target),)

    def calendar_of(self, target: Target) -> str | None:
        match target:
            case GroupTarget():
                group = self.directory.group(target.group)
                return None if group is None else group.calendar
            case UserTarget():
                person = self.directory.find_person(target.user)
                key = None if person is None else person.department
            case HeadTarget():
                key = target.department
            case _:
                return None
        calendars = (one.calendar for one in self.directory.ancestry(key))
        return next((calendar for calendar in calendars if calendar is not None), None)
