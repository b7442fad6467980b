"""What is wrong with the people whom a drawing names: unknown ones, and those who could never be asked. Pure."""

from collections.abc import Iterator, Sequence
from typing import Literal

from accounts.policy import ROLE_VALUES
from approvals.directory import Directory
from approvals.targets import (
    Addressee,
    ChoiceTarget,
    ExpressionTarget,
    FieldTarget,
    GroupTarget,
    HeadTarget,
    RequesterTarget,
    RoleTarget,
    Target,
    UserTarget,
    spread,
)
from workflows.engine.expressions.language import check
from workflows.engine.node_type import Problem
from workflows.engine.results import expression_problems
from workflows.engine.variables import Kind, Variable


def target_problems(
    targets: Sequence[Target], *, path: str, directory: Directory, variables: Sequence[Variable],
    replaced: bool = False,
) -> Iterator[Problem]:  # fmt: skip
    """All problems of a list of targets, each with its place. `replaced`: somebody decides instead of a requester."""
    checked = _Targets(directory, variables, replaced=replaced)
    for index, target in enumerate(targets):
        if target in targets[:index]:
            yield Problem(
                code="approval.duplicate_target", severity="warning", path=f"{path}.{index}",
                message="Expected each target once, found one twice.",
            )  # fmt: skip
    for place, target in spread(targets):
        yield from checked.target(target, f"{path}.{place}")


def addressee_problems(targets: Sequence[Addressee], *, path: str, directory: Directory) -> Iterator[Problem]:
    """Whom the directory does not have, of those who are told or sent something; they need no right to decide."""
    for index, target in enumerate(targets):
        match target:
            case UserTarget():
                person = directory.find_person(target.user)
                if person is None:
                    yield unknown_name("user", target.user, f"{path}.{index}")
                elif not person.active:
                    yield inactive(target.user, f"{path}.{index}")
            case GroupTarget() if directory.group(target.group) is None:
                yield unknown_name("group", target.group, f"{path}.{index}")
            case HeadTarget(department=str(key)) if directory.department(key) is None:
                yield unknown_name("department", key, f"{path}.{index}")


def unknown_name(kind: str, key: str, path: str) -> Problem:
    """What is wrong with a graph that names somebody whom the directory does not have."""
    return Problem(
        code=f"approval.unknown_{kind}", path=path, params={kind: key},
        message=f"Expected a known {kind}, found {key!r}.",
    )  # fmt: skip


def inactive(username: str, path: str) -> Problem:
    """What is to be said of a graph that names somebody who has left."""
    return Problem(
        code="approval.inactive_user", severity="warning", path=path, params={"user": username},
        message=f"Expected an active person, found {username!r} inactive.",
    )  # fmt: skip


class _Targets:
    def __init__(self, directory: Directory, variables: Sequence[Variable], *, replaced: bool) -> None:
        self.directory = directory
        self.variables = variables
        self.replaced = replaced

    def target(self, target: Target, path: str) -> Iterator[Problem]:
        match target:
            case UserTarget():
                yield from self.person(target.user, path)
            case GroupTarget():
                yield from self.group(target.group, path)
            case RoleTarget():
                yield from self.role(target.role, path)
            case HeadTarget(department=str(key)) if self.directory.department(key) is None:
                yield unknown_name("department", key, path)
            case FieldTarget() | ChoiceTarget():
                yield from self.variable(target.variable, f"{path}.variable")
            case ExpressionTarget():
                yield from self.conditions(target, path)
            case RequesterTarget() if not self.replaced:
                yield Problem(
                    code="approval.requester_never_decides", path=path,
                    message="Expected somebody else than the requester, or a rule that says who decides instead.",
                )  # fmt: skip

    def conditions(self, target: ExpressionTarget, path: str) -> Iterator[Problem]:
        for number, rule in enumerate(target.rules):
            errors = check(rule.when, self.variables, condition=True).errors
            yield from expression_problems(errors, f"{path}.rules.{number}.when")

    def group(self, key: str, path: str) -> Iterator[Problem]:
        if self.directory.group(key) is None:
            yield unknown_name("group", key, path)
        elif not self.directory.members(key):
            yield _empty("group", key, path)

    def role(self, key: str, path: str) -> Iterator[Problem]:
        if key not in ROLE_VALUES:
            yield unknown_name("role", key, path)
        elif not self.directory.holders(key):
            yield _empty("role", key, path)

    def person(self, username: str, path: str) -> Iterator[Problem]:
        person = self.directory.find_person(username)
        if person is None:
            yield unknown_name("user", username, path)
        elif not person.active:
            yield inactive(username, path)
        elif not person.may_decide:
            yield Problem(
                code="approval.user_without_role", path=path, params={"user": username},
                message=f"Expected an approver or supervisor, found {username!r}, who may not decide.",
            )  # fmt: skip

    def variable(self, name: str, path: str) -> Iterator[Problem]:
        declared = next((one for one in self.variables if one.name == name), None)
        if declared is None:
            yield unknown_name("variable", name, path)
            return
        item = declared.type.item if declared.type.kind is Kind.LIST else declared.type
        if item is None or item.kind is not Kind.TEXT:
            yield Problem(
                code="approval.variable_no_names", path=path, params={"variable": name},
                message=f"Expected a text with a username, or a list of them, found {declared.type}.",
            )  # fmt: skip


def _empty(kind: Literal["group", "role"], key: str, path: str) -> Problem:
    return Problem(
        code=f"approval.empty_{kind}", severity="warning", path=path, params={kind: key},
        message=f"Expected people who may decide in {kind} {key!r}, found none.",
    )  # fmt: skip
