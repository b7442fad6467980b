"""Whom a requester has to choose before a run begins: what is missing, and who is not to be chosen. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from approvals.approval_config import ApprovalConfig
from approvals.directory import Directory
from approvals.resolving import Known, pool_of
from approvals.targets import ChoiceTarget
from workflows.engine.choice import Choice, Offered
from workflows.engine.node_type import Problem
from workflows.engine.state import Json

MOST_OFFERED: Final = 500


def choice_problems(
    config: ApprovalConfig, *, variables: Mapping[str, Json], directory: Directory
) -> Sequence[Problem]:
    """What is wrong with the choices that a person who starts a run has made; `path` is the variable."""
    targets = [target for _, target in config.named() if isinstance(target, ChoiceTarget)]
    return tuple(one for target in targets for one in _problems(target, variables, directory)) if targets else ()


def offered_choices(config: ApprovalConfig, *, requester: str, directory: Directory) -> Sequence[Choice]:
    """Whom this person (an id) may choose for a step, by username; never themselves."""
    targets = [target for _, target in config.named() if isinstance(target, ChoiceTarget)]
    return tuple(_offered(target, requester, directory) for target in targets) if targets else ()


def _offered(target: ChoiceTarget, requester: str, directory: Directory) -> Choice:
    found = (directory.find_person(name) for name in sorted(pool_of(target, directory=directory)))
    people = [Offered(one.username, one.name) for one in found if one is not None and one.id != requester]
    return Choice(target.variable, target.most, tuple(people[:MOST_OFFERED]), len(people) > MOST_OFFERED)


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
