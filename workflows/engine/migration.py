"""May a run go on in another version, and what becomes of each of its waits? Decided from both plans and the state.

A wait that the new version draws exactly as before goes on: votes, due times and pending work stay. Any other one is
withdrawn and asked anew where the mapping says. What cannot be decided safely is a problem, and then nothing moves.
"""

from collections.abc import Mapping

from workflows.engine.events import Fate, Move
from workflows.engine.json_values import decode
from workflows.engine.lines import line_of
from workflows.engine.plan import Plan, PlanNode
from workflows.engine.record import record
from workflows.engine.state import Awaits, Json, State, Status, Token
from workflows.engine.structure import trail
from workflows.engine.values import ValueMismatch


@record
class Hindrance:
    """Why a run has to stay where it is."""

    code: str
    node: str | None
    params: Mapping[str, Json]


@record
class Verdict:
    """What migrating a run would do. With a hindrance it may not."""

    moves: tuple[Move, ...]
    hindrances: tuple[Hindrance, ...]

    @property
    def is_possible(self) -> bool:
        """Whether the run may be migrated."""
        return not self.hindrances

    @property
    def is_quiet(self) -> bool:
        """Whether nobody would notice: every wait stays as it is."""
        return self.is_possible and all(move.fate is Fate.KEPT for move in self.moves)


def judge(old: Plan, new: Plan, state: State, *, mapping: Mapping[str, str]) -> Verdict:
    """The verdict on one run of `old`. `mapping` names the node of `new` for nodes of `old`; others keep their id."""
    if state.status is not Status.RUNNING:
        found = "" if state.status is None else state.status.value
        return Verdict((), (Hindrance("migration.not_running", None, {"status": found}),))
    moves: list[Move] = []
    hindrances = _unfit_variables(new, state)
    if line_of(old) != line_of(new):  # it would be let in nowhere, or stay in a line that nobody knows
        hindrances.append(Hindrance("migration.line_changed", old.start.id, {}))
    for token in state.tokens.values():
        move = _fate(old, new, token, to=mapping.get(token.node, token.node))
        if isinstance(move, Move):
            moves.append(move)
        else:
            hindrances.append(move)
    return Verdict(tuple(moves), tuple(hindrances))


def _fate(old: Plan, new: Plan, token: Token, *, to: str) -> Move | Hindrance:
    here, there = old.nodes[token.node], new.nodes.get(to)
    if there is None:
        return _hindered("migration.no_target", token, to=to)
    if there.type.is_start and token.awaits is not Awaits.TURN:
        return _hindered("migration.target_is_start", token, to=to)
    stays = to == token.node and there.type.key == here.type.key
    if not _same_branches(old, new, token, to=to, stays=stays):
        return _hindered("migration.parallel_changed", token, to=to)
    fate = _of_wait(here, there, token, stays=stays)
    if not isinstance(fate, Fate):
        return _hindered(fate, token, to=to)
    if fate is Fate.ANEW and there.joins:
        return _hindered("migration.target_joins", token, to=to)
    return Move(token.id, token.node, to, fate)


def _of_wait(here: PlanNode, there: PlanNode, token: Token, *, stays: bool) -> Fate | str:
    """The fate of what a token awaits, or the code of the hindrance."""
    is_same = stays and here.config == there.config
    match token.awaits:
        case Awaits.SIBLINGS:
            meets = stays and set(here.joins) == set(there.joins) and here.merges == there.merges
            return Fate.KEPT if meets else "migration.waits_at_join"
        case Awaits.TURN | Awaits.ACTIVITY if not is_same:
            return "migration.waits_in_line" if token.awaits is Awaits.TURN else "migration.effect_pending"
        case Awaits.REPAIR:
            if stays:
                return Fate.RETRIED
            # Nobody knows whether its effect has happened, and elsewhere it would have another key.
            return "migration.effect_unknown" if here.type.performs == "deferred" else Fate.ANEW
        case Awaits.SIGNAL | Awaits.TIMER | Awaits.MESSAGE:
            return Fate.KEPT if is_same else Fate.ANEW
        case _:
            return Fate.KEPT if is_same else "migration.work_under_way"


def _same_branches(old: Plan, new: Plan, token: Token, *, to: str, stays: bool) -> bool:
    """Whether the parallel branches around a token are the same in both versions, so that every join still meets."""
    before, after = trail(old.branch_at(token.node, token.via)), trail(new.branch_at(to, token.via if stays else None))
    return before == after and all(old.branches.joined.get(fork) == new.branches.joined.get(fork) for fork, _ in before)


def _unfit_variables(new: Plan, state: State) -> list[Hindrance]:
    """Variables whose values the new version's declarations refuse. What it does not declare, it does not see."""
    unfit: list[Hindrance] = []
    for variable in new.variables:
        try:
            decode(variable.type, state.variables.get(variable.name), variable.name)
        except ValueMismatch as mismatch:
            params = {"variable": variable.name, "expected": mismatch.expected, "found": mismatch.found}
            unfit.append(Hindrance("migration.variable_unfit", None, params))
    return unfit


def _hindered(code: str, token: Token, *, to: str) -> Hindrance:
    return Hindrance(code, token.node, {"awaits": token.awaits.value, "to": to})
