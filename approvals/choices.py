"""Whom a requester has to choose before a run begins: what is missing, and who is not to be chosen. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from approvals.approval_config import ApprovalConfig
from approvals.directory import Directory
from approvals.resolving import Known, pool_of
from approvals.targets import ChoiceTarget
from workflows.engine.node_type import Problem
from workflows.engine.state import Json


def choice_problems(
    config: ApprovalConfig, *, variables: Mapping[str, Json], directory: Directory
) -> Sequence[Problem]:
    """What is wrong with the choices that a person who starts a run has made; `path` is the variable."""
    targets = [target for _, target in config.named() if isinstance(target, ChoiceTarget)]
    return tuple(one for target in targets for one in _problems(target, variables, directory)) if targets else ()


def _problems(target: ChoiceTarget, variables: Mapping[str, Json], directory: Directory) -> Iterator[Problem]:
    names = Known(variables=variables).names_in(target.variable)
    if not names:
        yield Problem(
            code="choice.missing", path=target.variable, params={"most": target.most},
            message=f"Expected from one to {target.most} approvers, chosen by whoever asks, found none.",
        )  # fmt: skip
    if len(names) > target.most:
        yield Problem(
            code="choice.too_many", path=target.variable, params={"most": target.most, "found": len(names)},
            message=f"Expected at most {target.most} approvers, found {len(names)}.",
        )  # fmt: skip
    allowed = pool_of(target, directory=directory)
    for name in names:
        if name not in allowed:
            yield Problem(
                code="choice.outside_pool", path=target.variable, params={"user": name},
                message=f"Expected somebody who may be chosen, found {name!r}.",
            )  # fmt: skip
