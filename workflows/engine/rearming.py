"""What an edit of a calendar means for a wait that is under way: the due time it should have, and the fact of it."""

from collections.abc import Mapping
from datetime import datetime

from workflows.engine.facts import Changed
from workflows.engine.node_type import Scope
from workflows.engine.plan import Plan
from workflows.engine.state import Json, State, Token
from workflows.engine.world import World


def due_again(plan: Plan, token: Token, *, requester: str | None, now: datetime, world: World) -> datetime | None:
    """When the wait is due by the calendars of this world; None when that is when it is due already, or no calendar
    counts for it. Raises NoOpenTime.
    """
    node = plan.nodes.get(token.node)
    if node is None or token.due_at is None:
        return None
    scope = Scope(node, token, State(requester=requester), token.visit, token.attempt, now, world)
    due = node.type.reckoned(scope)
    return None if due == token.due_at else due


def rearmed(token: Token, due: datetime, *, why: Mapping[str, Json]) -> Changed:
    """The fact that the wait is due at another time; it is armed anew, so that its old timer means nothing."""
    return Changed(
        token.id, token.node, token.visit, token.attempt + 1, token.awaits, None, due, token.listens or None,
        kept=True, why=why,
    )  # fmt: skip
