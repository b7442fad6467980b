"""Where inclusive branches merge: which of the waiting tokens go on as one, because nobody else can come any more."""

from workflows.engine.plan import Plan
from workflows.engine.state import Awaits, State, Token


def merging_tokens(plan: Plan, state: State) -> list[list[Token]]:
    """For each join that waits for nobody any more, the tokens that wait at it, the oldest first.

    A token keeps a join waiting as long as it stands in a branch of its fork from where a way leads to it. Nothing is
    counted: whether a token arrived, ended on its way or was withdrawn, it only matters that it is not there.
    """
    waiting: dict[str, list[Token]] = {}
    expecting: set[str] = set()
    for token in state.tokens.values():
        node = plan.nodes[token.node]
        if node.merges and token.via in node.joins:
            if token.awaits is Awaits.SIBLINGS:
                waiting.setdefault(node.id, []).append(token)
            else:
                expecting.add(node.id)  # it failed where it is: repaired, it arrives
        join = plan.branches.ahead.get(token.node)
        while join is not None and join not in expecting:
            expecting.add(join)
            join = plan.branches.ahead.get(join)
    return [
        sorted(tokens, key=lambda token: token.id) for node, tokens in waiting.items() if node not in expecting
    ]  # fmt: skip
