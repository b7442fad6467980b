"""What an approval cannot go on with: too few people. Each is an incident, unless an exit takes it. Pure."""

from collections.abc import Sequence

from approvals.assignment import Assignment
from workflows.engine.node_type import Fail


def nobody(runs: Sequence[Assignment]) -> Fail:
    """Somebody must repair the organisation first: nothing passes because nobody is there."""
    return Fail(
        code="approval.nobody", message="Expected somebody who may decide, not even an owner was found.",
        params={"trace": [why.to_json() for found in runs for why in found.trace]},
    )  # fmt: skip


def too_few(needed: int, found: int, runs: Sequence[Assignment]) -> Fail:
    """A threshold that those who were found could never reach: it is said, not lowered and not taken for a no."""
    return Fail(
        code="approval.threshold_unreachable",
        message=f"Expected voters of a weight of {needed} together, found {found}.",
        params={
            "needed": needed, "found": found, "trace": [why.to_json() for one in runs for why in one.trace],
        },
    )  # fmt: skip
