"""Whom targets mean at this moment, in this run: the first step of every assignment, with a trace of why. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from approvals.candidates import ROLE_NAMES, Candidate, Kind, describe
from approvals.directory import Directory, Person
from approvals.targets import (
    ChoiceTarget,
    ExpressionTarget,
    FieldTarget,
    GroupTarget,
    HeadTarget,
    RequesterTarget,
    RoleTarget,
    Target,
    UserTarget,
)
from workflows.engine.expressions.language import Condition
from workflows.engine.graph import LocalText
from workflows.engine.state import Json

SHOWN_MEMBERS = 50  # of one pool in a trace; the rest is a number
MOST_NAMED = 50  # people whom one variable may name; the rest is not asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One line of a trace: what was said (a code with params) about whom."""

    code: str
    about: dict[str, Any]
    params: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The line as rows and answers carry it."""
        return {"code": self.code, **self.about, "params": self.params}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a run knows that targets speak of: its variables, and the compiled conditions by their text."""

    variables: Mapping[str, Json] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)

    def names_in(self, variable: str) -> list[str]:
        """The usernames that a variable holds, each once."""
        value = self.variables.get(variable)
        found = value if isinstance(value, list) else [value]
        names = dict.fromkeys(name.strip() for name in found if isinstance(name, str) and name.strip())
        return list(names)[:MOST_NAMED]


NOTHING_KNOWN = Known()


class Resolver:
    """Finds the seats that targets mean; with `pooled` a pool is one live seat, otherwise its people, frozen."""

    def __init__(
        self, directory: Directory, *, requester: str | None, known: Known, pooled: bool, now: datetime
    ) -> None:
        self.directory = directory
        self.now = now
        self.requester = requester
        self.known = known
        self.pooled = pooled
        self.trace: list[Why] = []

    def resolve(self, target: Target) -> list[Candidate]:
        """The seats of one target. Raises EvaluationError when a condition cannot be evaluated."""
        match target:
            case UserTarget():
                return self.resolve_person(self.directory.find_person(target.user), "user", target.user)
            case GroupTarget() | RoleTarget():
                return self.resolve_pool(target)
            case HeadTarget():
                return self.resolve_head(target)
            case RequesterTarget():
                return self.resolve_requester()
            case FieldTarget() | ChoiceTarget() | ExpressionTarget():
                return [seat for one in self.meant(target) for seat in self.resolve(one)]

    def meant(self, target: FieldTarget | ChoiceTarget | ExpressionTarget) -> Sequence[Target]:
        """Whom a target that depends on the run names in this one."""
        match target:
            case FieldTarget():
                names = self.known.names_in(target.variable)
                if not names:
                    self.say("skipped.field_empty", named("field", target.variable))
                return [UserTarget(kind="user", user=name) for name in names]
            case ChoiceTarget():
                return self.chosen(target)
            case ExpressionTarget():
                return self.ruled(target)

    def chosen(self, target: ChoiceTarget) -> list[Target]:
        """Those whom the requester chose, as far as they were to be chosen from."""
        names = self.known.names_in(target.variable)
        if not names:
            self.say("skipped.not_chosen", named("requester_choice", target.variable))
        allowed = pool_of(target, directory=self.directory)
        kept: list[Target] = []
        for name in names:
            if name not in allowed:
                self.say("skipped.outside_pool", named("user", name))
            elif len(kept) >= target.most:
                self.say("skipped.enough", named("user", name))
            else:
                kept.append(UserTarget(kind="user", user=name))
        return kept

    def ruled(self, target: ExpressionTarget) -> Sequence[Target]:
        """Those whom the first rule names that holds."""
        for number, rule in enumerate(target.rules, start=1):
            if self.known.conditions[rule.when].decide(self.known.variables) is True:
                self.say("chosen.rule", named("expression", ""), rule=number, when=rule.when)
                return rule.to
        self.say("chosen.otherwise", named("expression", ""), rules=len(target.rules))
        return target.otherwise

    def in_turn(self, targets: Iterable[Target]) -> tuple[Target, ...]:
        """The positions of a sequence: a target that means several one after the other is as many positions.

        One that means nobody stays one position, for which the rules of an empty one are asked when it comes.
        """
        positions: list[Target] = []
        for target in targets:
            match target:
                case HeadTarget():
                    positions += self.levels_of(target)
                case FieldTarget() | ChoiceTarget() | ExpressionTarget():
                    positions += self.in_turn(self.meant(target)) or (target,)
                case _:
                    positions.append(target)
        return tuple(positions)

    def levels_of(self, target: HeadTarget) -> list[Target]:
        """One position a head that counts now, up to the top of the organisation.

        Positions of the same level say the same: when one comes, it means the first who has not answered.
        """
        levels = range(target.level, target.level + target.levels)
        there = [level for level in levels for _ in self.heads_of(target, level)]
        return [target.model_copy(update={"level": level, "levels": 1}) for level in there or levels[:1]]

    def heads_of(self, target: HeadTarget, level: int) -> tuple[Person, ...]:
        """The heads of one level of a target, as they are now."""
        return self.directory.heads_of(
            self.department_of(target), counts=target.counts(self.now), level=level, without=self.requester
        )

    def resolve_pool(self, target: GroupTarget | RoleTarget) -> list[Candidate]:
        match target:
            case GroupTarget():
                pool, is_known = Candidate(kind=Kind.GROUP, key=target.group), target.group in self.directory.groups
            case RoleTarget():
                pool, is_known = Candidate(kind=Kind.ROLE, key=target.role), target.role in ROLE_NAMES
        if is_known:
            return self.seats(pool)
        self.say("skipped.unknown", named(pool.kind.value, pool.key))
        return []

    def resolve_requester(self) -> list[Candidate]:
        person = self.directory.person(self.requester)
        if person is None:
            self.say("skipped.no_requester", named("requester", ""))
            return []
        return self.resolve_person(person, "user", person.username)

    def resolve_person(self, person: Person | None, kind: str, key: str) -> list[Candidate]:
        if person is None:
            self.say("skipped.unknown", named(kind, key))
            return []
        seat = seat_of(person)
        if not person.active:
            self.say("skipped.inactive", self.about(seat))
            return []
        if not person.may_decide and person.id != self.requester:  # of whom the requester rule speaks
            self.say("skipped.no_role", self.about(seat))
            return []
        self.say("assigned.user", self.about(seat))
        return [seat]

    def resolve_head(self, target: HeadTarget) -> list[Candidate]:
        key = self.department_of(target)
        found: list[Candidate] = []
        for level in range(target.level, target.level + target.levels):
            heads = self.heads_of(target, level)
            if not heads:  # the organisation ends here
                self.say("skipped.no_head", named("department", key or ""), level=level)
                break
            for head in heads:
                self.say("assigned.head", self.about(seat_of(head)), department=key, level=level)
                found.append(seat_of(head))
        return found

    def department_of(self, target: HeadTarget) -> str | None:
        requester = self.directory.person(self.requester)
        return target.department or (None if requester is None else requester.department)

    def seats(self, pool: Candidate) -> list[Candidate]:
        """A pool stays one live seat, or becomes its people."""
        people = pool.people(self.directory)
        if not people:
            self.say("skipped.empty", self.about(pool))
            return []
        names = [person.name for person in people[:SHOWN_MEMBERS]]
        self.say("assigned.pool", self.about(pool), members=names, count=len(people))
        return [pool] if self.pooled else [seat_of(person) for person in people]

    def about(self, candidate: Candidate) -> dict[str, Any]:
        return describe(candidate, directory=self.directory)

    def say(self, code: str, about: dict[str, Any], **params: Any) -> None:
        self.trace.append(Why(code=code, about=about, params=params))


def pool_of(target: ChoiceTarget, *, directory: Directory) -> frozenset[str]:
    """The usernames from which a requester may choose: people who may decide now."""
    names: set[str] = set()
    for one in target.pool:
        match one:
            case UserTarget():
                person = directory.find_person(one.user)
                names |= {person.username} if person is not None and person.may_decide else set()
            case GroupTarget():
                names |= {person.username for person in directory.members(one.group)}
            case RoleTarget():
                names |= {person.username for person in directory.holders(one.role)}
    return frozenset(names)


def seat_of(person: Person) -> Candidate:
    """The seat of one person."""
    return Candidate(kind=Kind.USER, key=person.id)


def named(kind: str, key: str) -> dict[str, Any]:
    """Whom a line is about where there is nobody: what was named."""
    return {"kind": kind, "key": key, "name": LocalText(zh=key, en=key).model_dump()}
