"""Runs steps against rows: load, advance, save, inline work, ring.

All of it in the caller's transaction, or in one of its own; a step that is one statement needs no other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from bedrock.errors import Conflict, NotFound, OrderflowError
from bedrock.ids import new_id
from workflows import mailbox, outbox, store, turns, wings
from workflows.engine.events import ActivityFailed, Actor, Event, Migrated, Started, TurnCame
from workflows.engine.facts import Fact
from workflows.engine.lines import line_of, queued
from workflows.engine.plan import Plan
from workflows.engine.registry import registry
from workflows.engine.state import State, Status, Token
from workflows.engine.step import Step, advance
from workflows.engine.work import RunContext, Work
from workflows.engine.world import World
from workflows.failpoints import hit
from workflows.mailbox import Address
from workflows.plans import Release
from workflows.statement import Part, Row, write
from workflows.step_rows import begun, listened
from workflows.store import Beside, Change, Live, Loaded, Raced


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Where a run stands after a happening, and the world it was decided in.

    `changed` is False when nothing waited for it.
    """

    instance_id: str
    context: RunContext
    state: State
    world: World
    changed: bool
    facts: tuple[Fact, ...] = ()


Admission = Callable[[Plan, Started, World], Started]


def start(
    event: Started,
    *,
    now: datetime,
    key: str | None = None,
    trigger: str | None = None,
    admit: Admission | None = None,
) -> Delivered | None:
    """Begin a run of a live flow, found by key or by the event it listens to; None when there is none.

    `admit` may look at the live plan first, and change or refuse what is asked for.
    """
    remembered = store.remembered_release(key=key, trigger=trigger)
    if remembered is not None:
        try:
            decided = _begun(remembered, event, admit, now=now)
        except OrderflowError:
            pass  # only what is live now may refuse
        else:
            try:
                return _carry_out([decided], command="start", expects=remembered)[0]
            except Raced:
                pass
    live = store.live_release(key=key, trigger=trigger)
    if live is None:
        return None
    return _carry_out([_begun(live, event, admit, now=now)], command="start")[0]


def _begun(live: Live, event: Started, admit: Admission | None, *, now: datetime) -> "_Decided":
    if admit is not None:
        event = admit(live.release.plan, event, live.world)
    return _decide(Loaded(id=new_id(), state=State(), release=live.release, world=live.world), event, now=now)


def start_called(live: Live, events: Sequence[Started], *, now: datetime) -> list[Delivered]:
    """Begin runs of one flow that another run calls, in the transaction of its step."""
    return _carry_out([_begun(live, event, None, now=now) for event in events], command="start")


def deliver(instance_id: str, event: Event, *, now: datetime) -> Delivered:
    """Deliver one happening to one run. Raises NotFound, and the error of a happening that the run refuses."""

    def look() -> tuple[Loaded, Event]:
        loaded = store.read(instance_id)
        if loaded is None:
            raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
        return loaded, event

    return _deliver(look, now=now)


def deliver_by(
    beside: Beside, row_id: str, event_of: Callable[[Sequence[Any] | None], Event], *, now: datetime
) -> Delivered:
    """Deliver one happening to the run that a row of another room belongs to, read together with it.

    `event_of` makes the happening of the row's columns, or raises: what is refused, and that there is no row (None).
    """

    def look() -> tuple[Loaded, Event]:
        loaded, row = store.read_by(beside, row_id)
        event = event_of(row)
        if loaded is None:
            raise NotFound("instance.unknown", f"Expected an instance of the row {row_id}, found none.")
        return loaded, event

    return _deliver(look, now=now)


def probe_by(
    beside: Beside, row_id: str, event_of: Callable[[Sequence[Any] | None], Event], *, now: datetime
) -> Delivered:
    """Where the run of this row stands, and whether (`changed`) it would take a happening now; nothing is written.

    Raises what `deliver_by` would.
    """
    loaded, row = store.read_by(beside, row_id)
    event = event_of(row)
    if loaded is None:
        raise NotFound("instance.unknown", f"Expected an instance of the row {row_id}, found none.")
    decided = _decide(loaded, event, now=now)
    return replace(_delivered(decided, None), state=loaded.state, facts=())


def _deliver(look: Callable[[], tuple[Loaded, Event]], *, now: datetime) -> Delivered:
    """Look, decide, write. Whoever is overtaken in between has written nothing, and decides again under the lock."""
    found = look()
    try:
        return _run([found], now=now, command="deliver")[0]
    except Raced:
        with transaction.atomic():
            store.lock([found[0].id])
            return _run([look()], now=now, command="deliver")[0]


def deliver_to_all(
    events_of: Callable[[State], Sequence[Event]], *, instance_ids: Sequence[str], now: datetime
) -> list[Delivered]:
    """Deliver the happenings of many runs in the caller's transaction; runs that are busy are left for later."""
    return deliver_to_locked(events_of, runs=store.lock(instance_ids, skip_locked=True), now=now)


def deliver_to_locked(
    events_of: Callable[[State], Sequence[Event]], *, runs: Sequence[Loaded], now: datetime
) -> list[Delivered]:
    """Deliver the first happening of each of these runs, which the caller's transaction has locked."""
    return _run([(run, event) for run in runs for event in events_of(run.state)[:1]], now=now, command="deliver")


Happening = tuple[str, Event]  # the id of a run, and what it is told


def foresee_each(happenings: Sequence[Happening], *, now: datetime) -> list[Delivered | OrderflowError]:
    """Where each happening would lead its run as it stands now, or what would refuse it; nothing is written.

    What only the rows know, such as that they are held by somebody, is not foreseen.
    """
    runs = {run.id: run for run in store.read_all(sorted({run_id for run_id, _ in happenings}))}
    return [
        _delivered(found, None) if isinstance(found, _Decided) else found
        for found in (_decide_or_refuse(runs, one, now=now) for one in happenings)
    ]


def deliver_each(happenings: Sequence[Happening], *, now: datetime) -> list[Delivered | OrderflowError]:
    """Deliver many happenings in the caller's transaction, each for itself: one that is refused holds up no other.

    The runs are locked in their order and written together. A second happening of a run, and all of them when their
    rows were refused together, are delivered one after the other, each behind a savepoint of its own.
    """
    runs = {run.id: run for run in store.lock(sorted({run_id for run_id, _ in happenings}))}
    answers: list[Delivered | OrderflowError | None] = [None] * len(happenings)
    together: dict[int, _Decided] = {}
    busy: set[str] = set()
    for index, happening in enumerate(happenings):
        if happening[0] in busy:
            continue
        found = _decide_or_refuse(runs, happening, now=now)
        if isinstance(found, _Decided):
            together[index] = found
            busy.add(found.run.id)
        else:
            answers[index] = found
    try:
        with transaction.atomic():
            written = _carry_out(list(together.values()), command="deliver")
    except OrderflowError:
        written = []  # one of them, and nobody can tell which: they are asked again alone
    for index, delivered in zip(together, written, strict=False):
        answers[index] = delivered
    return [
        _deliver_alone(happening, now=now) if answer is None else answer
        for happening, answer in zip(happenings, answers, strict=True)
    ]


def _decide_or_refuse(
    runs: Mapping[str, Loaded], happening: Happening, *, now: datetime
) -> "_Decided | OrderflowError":
    run_id, event = happening
    if run_id not in runs:
        return NotFound("instance.unknown", f"Expected an instance, found none with id {run_id}.")
    try:
        return _decide(runs[run_id], event, now=now)
    except OrderflowError as error:
        return error


def _deliver_alone(happening: Happening, *, now: datetime) -> Delivered | OrderflowError:
    run_id, event = happening
    try:
        with transaction.atomic():
            return deliver(run_id, event, now=now)
    except OrderflowError as error:
        return error


def migrate(runs: Sequence[tuple[Loaded, Migrated]], *, to: Release, now: datetime) -> list[Delivered]:
    """Let locked runs go on in another version, in the caller's transaction."""
    decided = [_decide(replace(run, release=to), event, now=now, leaving=run.release.plan) for run, event in runs]
    return _carry_out(decided, command="migrate")


def give_up(instance_id: str, error: Exception, *, waits: Callable[[State], Sequence[Token]], now: datetime) -> bool:
    """What had to follow a wait was refused or broke: the first of `waits` becomes an incident, or it would be tried
    for ever. False when the run is busy or has no such wait any more."""
    code, message = cause_of(error)

    def failure_of(state: State) -> Sequence[Event]:
        return [
            ActivityFailed(
                token=token.id, visit=token.visit, attempt=token.attempt, code=code, message=message,
                caught_by="nothing",
            )
            for token in waits(state)[:1]
        ]  # fmt: skip

    with transaction.atomic():
        delivered = deliver_to_all(failure_of, instance_ids=[instance_id], now=now)
    return any(one.changed for one in delivered)


def cause_of(error: Exception) -> tuple[str, str]:
    """The code and the sentence of the incident that an error becomes."""
    if isinstance(error, OrderflowError):
        return error.code, error.message
    return "step.broke", f"Expected a step, found {type(error).__name__}."


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a happening does to a run; nothing is written yet."""

    run: Loaded
    step: Step
    context: RunContext


def _decide(run: Loaded, event: Event, *, now: datetime, leaving: Plan | None = None) -> _Decided:
    step = advance(run.release.plan, run.state, event, now=now, world=run.world, leaving=leaving)
    if step.refused is not None:
        raise step.refused
    return _Decided(run, step, context_of(run, step.state, actor=step.actor, now=now))


def _run(happenings: Sequence[tuple[Loaded, Event]], *, now: datetime, command: str) -> list[Delivered]:
    return _carry_out([_decide(run, event, now=now) for run, event in happenings], command=command)


def _carry_out(
    decided: Sequence[_Decided], *, command: str, expects: Live | None = None, reads_letters: bool = True
) -> list[Delivered]:
    """Write what was decided; Raced when a run began on what was only remembered to be live.

    Who begins to wait for a message reads at once what was kept of it.
    """
    changes: list[Change] = []
    ended: list[RunContext] = []
    makes_room = False
    read: dict[str, Delivered] = {}
    readers: list[Callable[[], None]] = []
    inline: dict[str, list[tuple[RunContext, Work]]] = defaultdict(list)
    for one in decided:
        run, step = one.run, one.step
        if step.changed:
            changes.append(Change(id=run.id, release=run.release, before=run.state, step=step))
            for work in step.inline:
                inline[work.type].append((one.context, work))
            if step.state.status is not Status.RUNNING:
                ended.append(one.context)
                makes_room = makes_room or line_of(run.release.plan) is not None
            if reads_letters and (wanted := begun(run.state, step.state)):
                waiting = replace(run, state=step.state)
                readers.append(partial(_read_letters, waiting, wanted, into=read, now=one.context.now))
            elif run.state.seq == 0 and (token := queued(step.state)) is not None:
                waiting = replace(run, state=step.state)
                readers.append(partial(_let_in_at_once, waiting, token, into=read, now=one.context.now))
    if changes:
        # A called run is about the subject of its caller, which settles it.
        settled = [context for context in ended if context.caller is None]
        _write(changes, inline, settled, readers, command=command, expects=expects)
        is_waited_for = any(context.caller is not None and context.caller.waits for context in ended)
        if is_waited_for or makes_room or any(change.step.deferred for change in changes):
            outbox.ring_after_commit()
    return [_delivered(one, read.get(one.run.id)) for one in decided]


def _delivered(one: _Decided, further: Delivered | None) -> Delivered:
    """Where the run stands, with what it read then."""
    if further is not None:
        return replace(further, facts=one.step.facts + further.facts)
    return Delivered(
        instance_id=one.run.id, context=one.context, state=one.step.state, world=one.run.world,
        changed=one.step.changed, facts=one.step.facts,
    )  # fmt: skip


def _read_letters(run: Loaded, wanted: set[Address], *, into: dict[str, Delivered], now: datetime) -> None:
    """Take what was kept of the messages that a run begins to wait for, the oldest first, and of those after them."""
    facts: tuple[Fact, ...] = ()
    while wanted and (letter := mailbox.first_for(wanted, now=now)) is not None:
        taken = _take(run, letter, now=now)
        if taken is not None:
            wanted = (wanted | begun(run.state, taken.state)) & listened(taken.state)
            run, facts = replace(run, state=taken.state), facts + taken.facts
            into[run.id] = replace(taken, facts=facts)


def _let_in_at_once(run: Loaded, token: Token, *, into: dict[str, Delivered], now: datetime) -> None:
    """Whoever begins while nobody is in its line goes on in the same transaction."""
    if turns.enter(run.id):
        came = TurnCame(token=token.id, visit=token.visit)
        [into[run.id]] = _carry_out([_decide(run, came, now=now)], command="deliver")


def _take(run: Loaded, letter: int, *, now: datetime) -> Delivered | None:
    """A run takes a letter; None when another one was faster, or the letter is dead because it does not fit."""
    try:
        with transaction.atomic():
            taken = mailbox.take(letter)
            if taken is None:
                return None
            [delivered] = _carry_out([_decide(run, taken, now=now)], command="deliver", reads_letters=False)
            if not delivered.changed:
                raise Conflict("message.not_heard", f"Expected a step that takes {taken.name!r}, found it deaf to it.")
    except OrderflowError as error:
        mailbox.bury(letter, error, instance=run.id, now=now)
        return None
    return delivered


def _write(
    changes: Sequence[Change],
    inline: Mapping[str, Sequence[tuple[RunContext, Work]]],
    ended: Sequence[RunContext],
    readers: Sequence[Callable[[], object]],
    *,
    command: str,
    expects: Live | None,
) -> None:
    """Rows of inline work go along with the step's own; what writes a row again, and what acts, comes after it, and
    last whoever reads letters."""
    along: list[tuple[Part, Sequence[Row]]] = []
    after: list[Callable[[], object]] = []
    for key, works in sorted(inline.items()):
        rows_of = wings.rows_of(key)
        if rows_of is None:
            after.append(partial(registry.get(key).perform_inline, works))
            continue
        for number, writes in enumerate(rows_of(works)):
            if number == 0:
                along += writes
            else:
                after.append(partial(write, writes))
    if wings.settles(ended):
        after.append(partial(wings.settle, ended))
    after += readers
    with _transaction(command, is_one_statement=not after):
        store.save(changes, along, expects=expects)
        for do in after:
            do()


@contextmanager
def _transaction(command: str, *, is_one_statement: bool) -> Iterator[None]:
    """The caller's transaction, or else one of the command's own, with the points at which a trial breaks it."""
    before, after = f"{command}.before_commit", f"{command}.after_commit"
    if is_one_statement and not connection.in_atomic_block:
        hit(before)
        yield
        hit(after)
        return
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        yield
        hit(before)
        transaction.on_commit(partial(hit, after))


def context_of(run: Loaded, state: State, *, actor: Actor, now: datetime) -> RunContext:
    """What performers may know of a run."""
    return RunContext(
        instance=run.id, definition_key=run.release.key,
        definition_title=run.release.title, version=run.release.number, subject=state.subject,
        requester=state.requester, caller=state.caller, actor=actor, now=now,
    )  # fmt: skip
