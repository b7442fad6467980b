"""Every reason why the rules of a vote cannot, or should not, be published. Pure."""

from collections.abc import Iterator

from approvals.approval_config import ApprovalConfig
from approvals.candidates import Candidate, Kind
from approvals.directory import Directory
from approvals.target_people import people_of
from approvals.targets import GroupTarget, HeadTarget, RequesterTarget, RoleTarget, UserTarget
from approvals.vote_config import weight_of
from approvals.voting import Mode, Threshold, read_threshold
from workflows.engine.node_type import Problem


def vote_problems(config: ApprovalConfig, *, directory: Directory) -> Iterator[Problem]:
    """Thresholds that say nothing, or more than those who are asked today could ever reach, and voices of others."""
    if config.mode is not Mode.VOTE:
        return
    total = _most(config, directory=directory)
    read: dict[str, Threshold] = {}
    for field, text in (("approve", config.vote.approve), ("reject", config.vote.reject)):
        if text is None:
            continue
        threshold, path = read_threshold(text), f"vote.{field}"
        if threshold is None:
            yield Problem(
                code="approval.threshold_malformed", path=path, params={"found": text},
                message=f"Expected a threshold such as 2/3, >1/2 or 3, found {text!r}.",
            )  # fmt: skip
            continue
        read[field] = threshold
        if total is not None and threshold.needed(total) > total:
            yield Problem(
                code="approval.threshold_unreachable", path=path,
                params={"needed": threshold.needed(total), "found": total},
                message=f"Expected voters of a weight of {threshold.needed(total)} together, found {total}.",
            )  # fmt: skip
    both = read.keys() == {"approve", "reject"}
    if total is not None and both and sum(one.needed(total) for one in read.values()) <= total:
        yield Problem(
            code="approval.rules_overlap", severity="warning", path="vote.reject",
            params={"approve": str(read["approve"]), "reject": str(read["reject"])},
            message="Both rules can hold of the same votes: the first to hold decides, at once it is rejected.",
        )  # fmt: skip
    yield from _voices(config, directory=directory)


def _voices(config: ApprovalConfig, *, directory: Directory) -> Iterator[Problem]:
    people, everybody = people_of(config.assign, directory=directory)
    for index, voice in enumerate(config.vote.voices):
        path = f"vote.voices.{index}.who"
        match voice.who:
            case UserTarget(user=key):
                person = directory.find_person(key)
                known, meant = person is not None, set() if person is None else {person.id}
                kind = "user"
            case GroupTarget(group=key):
                group = directory.group(key)
                known, meant = group is not None, set() if group is None else set(group.members)
                kind = "group"
        if not known:
            yield Problem(
                code=f"approval.unknown_{kind}", path=path, params={kind: key},
                message=f"Expected a known {kind}, found {key!r}.",
            )  # fmt: skip
        elif everybody and meant.isdisjoint(people):
            yield Problem(
                code="approval.voice_not_asked", severity="warning", path=path, params={"who": key},
                message=f"Expected the voice of somebody who is asked, found that of {key!r}.",
            )  # fmt: skip


def _most(config: ApprovalConfig, *, directory: Directory) -> int | None:
    """The most that all who are asked today can weigh together; None while nobody knows who or how many will be.

    A head may be anybody, and so as weighty as anybody; how many heads there will be where all count, nobody knows.
    """
    if any(isinstance(target, HeadTarget) and target.heads == "all" for target in config.assign):
        return None
    people, everybody = people_of(config.assign, directory=directory)
    heads = sum(target.levels for target in config.assign if isinstance(target, HeadTarget))
    bounded = (UserTarget, GroupTarget, RoleTarget, HeadTarget, RequesterTarget)
    if not everybody and not all(isinstance(target, bounded) for target in config.assign):
        return None
    if not people and not heads:
        return None
    seats = [Candidate(kind=Kind.USER, key=one) for one in sorted(people)]
    heaviest = max((voice.weight for voice in config.vote.voices), default=1)
    return weight_of(seats, config.vote, directory=directory) + heads * heaviest
