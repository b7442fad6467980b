"""What an open approval can be told, by the name of the signal. Pure."""

from collections.abc import Callable, Mapping

from approvals import claiming, leavers, remarks, returns, signers, transfers
from approvals.deliberation import Deliberation
from approvals.voting import Vote
from workflows.engine.events import Signalled
from workflows.engine.node_type import Outcome

Command = Callable[[Deliberation, Signalled], Outcome]

PERSONS: Mapping[str, Command] = {
    "approve": lambda case, event: case.answer(event, Vote.APPROVED),
    "reject": lambda case, event: case.answer(event, Vote.REJECTED),
    "abstain": lambda case, event: case.answer(event, Vote.ABSTAINED),
    "transfer": transfers.transfer,
    "hand-over": transfers.hand_over,
    "add-signer": signers.add,
    "remove-signer": signers.remove,
    "return": returns.send_back,
    "claim": claiming.claim,
    "release": claiming.release,
    "remind": claiming.remind,
    "comment": remarks.comment,
    "cc": remarks.send_copies,
}
SYSTEMS: Mapping[str, Command] = {"reassess": leavers.reassess}
