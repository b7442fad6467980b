"""Every reason why an approval's settings cannot, or should not, be published. Pure."""

from collections.abc import Iterator, Sequence

from approvals.approval_config import ApprovalConfig, TimeoutConfig
from approvals.directory import Directory
from approvals.targets import GroupTarget, HeadTarget, Target, UserTarget
from approvals.vote_check import vote_problems
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.due import parse_duration, unconfirmed_problems
from workflows.engine.node_type import CheckContext, Problem

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

    def all(self) -> Iterator[Problem]:
        config = self.config
        yield from self.targets(config.assign, path="assign")
        yield from self.targets(config.on_empty, path="on_empty")
        yield from self.targets(config.offline_to, path="offline_to")
        yield from vote_problems(config, directory=self.directory)
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
        for index, timeout in enumerate(config.timeouts):
            yield from self.timeout(timeout, index=index)
        yield from self.clocks()
        yield from self.unannounced()

    def targets(self, targets: Sequence[Target], *, path: str) -> Iterator[Problem]:
        for index, target in enumerate(targets):
            place = f"{path}.{index}"
            if target in targets[:index]:
                yield Problem(
                    code="approval.duplicate_target", severity="warning", path=place,
                    message="Expected each target once, found one twice.",
                )  # fmt: skip
            yield from self.target(target, place)

    def target(self, target: Target, path: str) -> Iterator[Problem]:
        match target:
            case UserTarget():
                yield from self.person(target.user, path)
            case GroupTarget():
                yield from self.group(target.group, path)
            case HeadTarget():
                if target.department is not None and self.directory.department(target.department) is None:
                    yield unknown_name("department", target.department, path)

    def person(self, username: str, path: str) -> Iterator[Problem]:
        person = self.directory.find_person(username)
        if person is None:
            yield unknown_name("user", username, path)
        elif not person.active:
            yield Problem(
                code="approval.inactive_user", severity="warning", path=path, params={"user": username},
                message=f"Expected an active person, found {username!r} inactive.",
            )  # fmt: skip
        elif not person.may_decide:
            yield Problem(
                code="approval.user_without_role", path=path, params={"user": username},
                message=f"Expected an approver or supervisor, found {username!r}, who may not decide.",
            )  # fmt: skip

    def group(self, key: str, path: str) -> Iterator[Problem]:
        if self.directory.group(key) is None:
            yield unknown_name("group", key, path)
        elif not self.directory.members(key):
            yield Problem(
                code="approval.empty_group", severity="warning", path=path, params={"group": key},
                message=f"Expected members who may decide in group {key!r}, found none.",
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
                    calendar = self.calendar_of(target)
                    if calendar is None or calendar not in self.book:
                        yield Problem(
                            code="approval.no_calendar", path="calendar",
                            params={"calendar": calendar, "target": path, "timeout": index},
                            message="Expected a calendar for the working clock, found none for a target.",
                        )  # fmt: skip
            if timeout.do == "transfer":
                targets, path = timeout.to, f"timeouts.{index}.to"

    def unannounced(self) -> Iterator[Problem]:
        """Time-outs in a row may reach a year whose holidays nobody has announced."""
        config = self.config
        spans = [parse_duration(one.after) for one in config.timeouts if one.clock == "working"]
        durations = [span for span in spans if span is not None]
        own = [self.calendar_of(target) for target in config.assign]
        for key in dict.fromkeys(own if config.calendar is None else [config.calendar]):
            if key is not None and key in self.book and durations:
                yield from unconfirmed_problems(self.book[key], durations, now=self.now, path="timeouts")

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
        calendars = (one.calendar for one in self.directory.ancestry(key))
        return next((calendar for calendar in calendars if calendar is not None), None)


def unknown_name(kind: str, key: str, path: str) -> Problem:
    """What is wrong with a graph that names somebody whom the directory does not have."""
    return Problem(
        code=f"approval.unknown_{kind}", path=path, params={kind: key},
        message=f"Expected a known {kind}, found {key!r}.",
    )  # fmt: skip
