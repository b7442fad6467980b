"""What changes between two versions over many runs: how they end, who is asked, what moves, how long it takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.facts import Ended, Failed, Forked, Moved
from workflows.engine.json_values import decode
from workflows.engine.state import Json
from workflows.engine.values import Money, plain
from workflows.engine.variables import Kind, VariableType
from workflows.simulation.player import Ending, Played

SAMPLES: Final = 20  # runs that a group names; the rest is a number

_MONEY: Final = VariableType(kind=Kind.MONEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What of a played run is compared. `asked` are seats, `effects` nodes whose effects reach outside."""

    ending: Ending
    ends: tuple[str, ...]
    outcome: str
    incidents: tuple[str, ...]
    passed: tuple[str, ...]
    asked: frozenset[str]
    effects: frozenset[str]
    took: timedelta
    names: Mapping[str, Mapping[str, Json]]

    @property
    def end(self) -> dict[str, Json]:
        """How it ended, as people compare it."""
        return {
            "ending": self.ending.value, "ends": list(self.ends), "outcome": self.outcome,
            "incidents": list(self.incidents),
        }  # fmt: skip


def gist_of(played: Played) -> Gist:
    """The gist of a run; the order of ends and incidents does not count."""
    ends: set[str] = set()
    incidents: set[str] = set()
    passed: list[str] = []
    effects: set[str] = set()
    outcome = ""
    for step in played.steps:
        for fact in step.facts:
            match fact:
                case Moved() | Forked():
                    passed.append(fact.node)
                case Ended():
                    ends.add(fact.node)
                    passed.append(fact.node)
                    outcome = fact.outcome or outcome
                case Failed():
                    incidents.add(fact.code)
                case _:
                    pass
        for work in step.deferred:
            if played.plan.nodes[work.node].type.external_effect:
                effects.add(work.node)
    return Gist(
        ending=played.ending, ends=tuple(sorted(ends)), outcome=outcome, incidents=tuple(sorted(incidents)),
        passed=tuple(passed), asked=frozenset(seat for _, seat in played.seats), effects=frozenset(effects),
        took=played.ended_at - played.beginning.at,
        names={seat: about for (_, seat), about in played.seats.items()},
    )  # fmt: skip


@dataclass(slots=True)
class Group:
    """Runs that change in the same way. `before` and `after` say how; `totals` sums their amounts by currency."""

    kind: str
    before: Json = None
    after: Json = None
    count: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    samples: list[int] = field(default_factory=list)

    def add(self, number: int, amount: Money | None) -> None:
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(number)
        if amount is not None:
            self.totals[amount.currency] = self.totals.get(amount.currency, Decimal(0)) + amount.amount

    def total_documents(self) -> list[dict[str, str]]:
        """The sums as JSON, by currency."""
        return [
            {"amount": plain(self.totals[key], places=MINOR_UNITS[key]), "currency": key} for key in sorted(self.totals)
        ]


@dataclass(slots=True)
class Difference:
    """What was compared, and in which ways the runs differ. Numbers in `samples` count the runs as they were added."""

    compared: int = 0
    changed: int = 0
    faster: int = 0
    slower: int = 0
    groups: dict[tuple[str, ...], Group] = field(default_factory=dict)
    took_before: list[timedelta] = field(default_factory=list)
    took_after: list[timedelta] = field(default_factory=list)
    changed_amounts: Group = field(default_factory=lambda: Group(kind="changed"))

    def add(self, before: Gist, after: Gist, *, amount: Money | None) -> list[Group]:
        """Compare one run; the groups that it belongs to, none when nothing of note changed."""
        number, self.compared = self.compared, self.compared + 1
        self.took_before.append(before.took)
        self.took_after.append(after.took)
        self.faster += after.took < before.took
        self.slower += after.took > before.took
        mine: list[Group] = []
        for kind, old, new in changes(before, after):
            key = (kind, repr(old), repr(new))
            group = self.groups.setdefault(key, Group(kind=kind, before=old, after=new))
            group.add(number, amount)
            mine.append(group)
        if mine:
            self.changed += 1
            self.changed_amounts.add(number, amount)
        return mine

    def sorted_groups(self) -> list[Group]:
        """The largest first."""
        return sorted(self.groups.values(), key=lambda group: -group.count)


def changes(before: Gist, after: Gist) -> Iterator[tuple[str, Json, Json]]:
    """What is different for one run: a kind, how it was and how it is.

    `outcome` it ends otherwise; `no_longer_asked`, `newly_asked` somebody; `effect_gone`, `effect_new` something that
    reaches outside; `path` when only the way is another.
    """
    found = False
    if before.end != after.end:
        found = True
        yield "outcome", before.end, after.end
    for kind, one, other, names in (
        ("no_longer_asked", before.asked, after.asked, before.names),
        ("newly_asked", after.asked, before.asked, after.names),
    ):
        for seat in sorted(one - other):
            found = True
            about = dict(names[seat])
            yield (kind, about, None) if kind == "no_longer_asked" else (kind, None, about)
    for node in sorted(before.effects - after.effects):
        found = True
        yield "effect_gone", node, None
    for node in sorted(after.effects - before.effects):
        found = True
        yield "effect_new", None, node
    if not found and before.passed != after.passed:
        yield "path", None, None


def percentile(values: Iterable[timedelta], percent: int) -> timedelta:
    """The value that so many percent do not exceed, nearest rank; zero of none."""
    ranked = sorted(values)
    if not ranked:
        return timedelta()
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def amount_of(variables: Mapping[str, Json], name: str | None) -> Money | None:
    """The amount that a run is about, if it has one."""
    value = None if name is None else variables.get(name)
    if value is None:
        return None
    found: Money = decode(_MONEY, value, name or "")
    return found
