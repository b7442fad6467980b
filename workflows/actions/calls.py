"""Runs that call other runs: starting those, telling the caller when they are over, cancelling those that nobody wants
any more.

A called run begins in the transaction that moves its caller on, so that there is never one without the other. Its end
is written by the statement that ends it; whoever finds that tells the caller, under its lock, how all stand that its
wait has called. So an end told twice, late or with others is the same, and none is lost.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, connection, transaction

from bedrock.errors import BadInput, Conflict, NotFound, OrderflowError
from workflows import outbox, runtime, store
from workflows.engine.calls import MOST_DEEP, encode_called
from workflows.engine.events import Actor, Called, CalledEnded, CancelRequested, Event, Started
from workflows.engine.json_values import decode, encode
from workflows.engine.lines import line_of
from workflows.engine.state import Caller, Json, State, Status, Token
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Variable
from workflows.engine.work import Done, GiveUp, Job, JobResult, RunContext, Work
from workflows.failpoints import hit
from workflows.prepared import fetch

BATCH: Final = 200
REST: Final = timedelta(seconds=10)  # before what broke is tried again

_DUE: Final = """
SELECT instance::text, caller::text, token, visit, status, recalled::text FROM workflows_calledrun
WHERE due_at <= statement_timestamp() ORDER BY due_at LIMIT %s
"""
_BY_WAIT: Final = """
SELECT instance::text, item, status, output::text FROM workflows_calledrun
WHERE caller = %s::uuid AND token = %s::int ORDER BY item
"""
_BY_VISIT: Final = """
SELECT instance::text, item, status, output::text FROM workflows_calledrun
WHERE caller = %s::uuid AND node = %s::text AND visit = %s::int AND (status <> 'cancelled' OR NOT waits) ORDER BY item
"""
_ADOPT: Final = """
UPDATE workflows_calledrun SET token = %s, due_at = CASE WHEN status <> 'running' THEN clock_timestamp() END
WHERE instance = ANY(%s::uuid[]) AND waits
"""
_RECALL: Final = """
UPDATE workflows_calledrun SET recalled = %s::jsonb, due_at = clock_timestamp()
WHERE caller = %s AND node = %s AND visit = %s AND waits AND status = 'running' AND recalled IS NULL
"""
_RELEASE: Final = """
UPDATE workflows_calledrun SET waits = FALSE
WHERE caller = %s AND node = %s AND visit = %s AND waits AND status = 'running' AND recalled IS NULL
"""
_TOLD: Final = "UPDATE workflows_calledrun SET due_at = NULL WHERE instance = ANY(%s::uuid[])"
_REST: Final = "UPDATE workflows_calledrun SET due_at = clock_timestamp() + %s WHERE instance = ANY(%s::uuid[])"

_logger = logging.getLogger(__name__)


# The doing half of the node types that call.


def prepare(job: Job) -> JobResult:
    """Look whether the flow can be called, and what an earlier attempt of this visit has called already."""
    flow, work = job.work.payload["flow"], job.work
    try:
        _require_depth(job.context, flow)
        _live(flow)
    except OrderflowError as error:
        return GiveUp(code=error.code, message=error.message, params=error.fields)
    before = _called(_BY_VISIT, [job.context.instance, work.node, work.visit]) if work.attempt > 1 else ()
    return Done(output={"standing": encode_called(before)})


def perform(works: Sequence[tuple[RunContext, Work]]) -> None:
    """Start, adopt or recall what the steps of this transaction ask for.

    Raises NotFound `flow.not_live`, Conflict `flow.too_deep`, BadInput `flow.variables_unfit`; nothing is kept then.
    """
    for context, work in works:
        match work.payload["do"]:
            case "start":
                _start(context, work)
            case "adopt":
                _write(_ADOPT, [work.token, work.payload["runs"]])
                outbox.ring_after_commit()
            case "recall":
                _recall(context, work)
            case "release":
                _write(_RELEASE, [context.instance, work.node, work.visit])


def _start(context: RunContext, work: Work) -> None:
    payload = work.payload
    depth = _require_depth(context, payload["flow"])
    live = _live(payload["flow"])
    events = [
        Started(
            subject=context.subject, variables=_fitting(live.release.plan.variables, given, payload["flow"]),
            requester=context.requester,
            caller=Caller(
                instance=context.instance, token=work.token, node=work.node, visit=work.visit, item=item,
                waits=payload["waits"], wants=tuple(payload["wants"]), depth=depth,
            ),
        )
        for item, given in payload["items"]
    ]  # fmt: skip
    runtime.start_called(live, events, now=context.now)
    hit("called.started")


def _recall(context: RunContext, work: Work) -> None:
    by = {
        "id": context.actor.id, "name": context.actor.name, "source": context.actor.source,
        "reason": f"caller.{work.payload['reason']}",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_RECALL, [json.dumps(by), context.instance, work.node, work.visit])
    outbox.ring_after_commit()


def _live(flow: str) -> store.Live:
    found = store.live_release(key=flow)
    if found is None:
        raise NotFound("flow.not_live", f"Expected a published flow {flow!r}, found none.", flow=flow)
    if line_of(found.release.plan) is not None:
        raise Conflict("flow.takes_turns", f"Expected a flow that starts at once, found that {flow!r} waits in a line; "
                       "the run that calls it could be in that line itself.", flow=flow)  # fmt: skip
    return found


def _require_depth(context: RunContext, flow: str) -> int:
    depth = 1 if context.caller is None else context.caller.depth + 1
    if depth > MOST_DEEP:
        raise Conflict(
            "flow.too_deep", f"Expected at most {MOST_DEEP} flows that call one another, found one more.",
            flow=flow, most=MOST_DEEP,
        )  # fmt: skip
    return depth


def _fitting(declared: Sequence[Variable], given: dict[str, Json], flow: str) -> dict[str, Json]:
    """The values as the live version declares them, which may have changed since the caller was drawn."""
    unknown = sorted(given.keys() - {variable.name for variable in declared})
    if unknown:
        message = f"Expected variables that {flow} declares, found {', '.join(unknown)}."
        raise BadInput("flow.variables_unfit", message, flow=flow, variable=unknown[0])
    values: dict[str, Json] = {}
    for variable in declared:
        try:
            values[variable.name] = encode(decode(variable.type, given.get(variable.name), variable.name))
        except ValueMismatch as mismatch:
            message = f"Expected {mismatch.expected} for {mismatch.path} of {flow}, found {mismatch.found}."
            raise BadInput("flow.variables_unfit", message, flow=flow, variable=variable.name) from None
    return values


# What is to be told.


def attend_due(*, now: datetime) -> int:
    """Tell callers of runs that are over, and cancel runs that are recalled; how many of either moved."""
    due = fetch(_DUE, [BATCH])
    waits = dict.fromkeys(
        (caller, token, visit) for _, caller, token, visit, status, _ in due if status != Status.RUNNING
    )
    moved = sum(_tell(caller, token, visit, now=now) for caller, token, visit in waits)
    recalled = [(run, json.loads(by)) for run, _, _, _, status, by in due if status == Status.RUNNING]
    return moved + sum(_cancel(run, by, now=now) for run, by in recalled)


def _tell(caller: str, token: int, visit: int, *, now: datetime) -> int:
    """Tell one wait how all that it has called stands. A caller that is busy is told later."""
    over: list[str] = []

    def told(_: State) -> Sequence[Event]:
        standing = _called(_BY_WAIT, [caller, token])
        over.extend(one.run for one in standing if one.status is not Status.RUNNING)
        return [CalledEnded(token=token, visit=visit, standing=standing)]

    try:
        with transaction.atomic():
            runtime.deliver_to_all(told, instance_ids=[caller], now=now)
            hit("called.told")
            if over:
                _write(_TOLD, [over])
    except Exception as error:
        if not connection.is_usable():
            raise
        _logger.exception("caller not told", extra={"action": "workflows.caller_not_told", "instance": caller})
        return _give_up(error, caller=caller, token=token, over=over, now=now)
    return bool(over)


def _give_up(error: Exception, *, caller: str, token: int, over: list[str], now: datetime) -> int:
    """What follows the end in the caller's drawing is refused or breaks: a person must look."""
    _write(_REST, [REST, over])
    if isinstance(error, DatabaseError):  # which may be over at the next try
        return 0

    def waiting(state: State) -> Sequence[Token]:
        return [found for found in (state.tokens.get(token),) if found is not None]

    try:
        return int(runtime.give_up(caller, error, waits=waiting, now=now))
    except Exception:
        if not connection.is_usable():
            raise
        _logger.exception("incident refused", extra={"action": "workflows.run_rests", "instance": caller})
        return 0


def _cancel(run: str, by: dict[str, str], *, now: datetime) -> int:
    """Cancel a run that is recalled, in the name of whoever took its caller away."""
    actor = Actor(id=by["id"], name=by["name"], source=by["source"])
    try:
        runtime.deliver(run, CancelRequested(actor=actor, reason=by["reason"]), now=now)
    except Exception as error:
        if not connection.is_usable():
            raise
        if getattr(error, "code", "") != "instance.not_running":
            _logger.exception("recall refused", extra={"action": "workflows.recall_refused", "instance": run})
            _write(_REST, [REST, [run]])
        return 0
    return 1


def _called(sql: str, parameters: Sequence[Any]) -> tuple[Called, ...]:
    return tuple(
        Called(run=run, item=item, status=Status(status), output=json.loads(output))
        for run, item, status, output in fetch(sql, parameters)
    )


def _write(sql: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
