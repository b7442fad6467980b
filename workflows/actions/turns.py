"""Letting runs in whose turn has come: after the run before them has ended, in whatever way."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import DatabaseError, connection, transaction

from workflows import runtime, turns
from workflows.engine.events import Event, TurnCame
from workflows.engine.lines import queued
from workflows.engine.state import State, Token
from workflows.failpoints import hit

BATCH: Final = 100

_logger = logging.getLogger(__name__)


def let_in(*, now: datetime) -> int:
    """Let in whom nobody is before; how many. A run that is busy is let in later. Safe beside others."""
    return sum(_let_in(run, now=now) for run in turns.whose_turn_it_is(limit=BATCH))


def _let_in(run: str, *, now: datetime) -> int:
    def come(state: State) -> Sequence[Event]:
        token = queued(state)
        return [TurnCame(token=token.id, visit=token.visit)] if token is not None and turns.enter(run) else []

    try:
        with transaction.atomic():
            delivered = runtime.deliver_to_all(come, instance_ids=[run], now=now)
            hit("turn.came")
    except Exception as error:
        if not connection.is_usable():
            raise
        _logger.exception("run not let in", extra={"action": "workflows.not_let_in", "instance": run})
        if isinstance(error, DatabaseError):  # which may be over at the next try
            return 0
        return int(runtime.give_up(run, error, waits=_waiting, now=now))
    return sum(one.changed for one in delivered)


def _waiting(state: State) -> Sequence[Token]:
    token = queued(state)
    return () if token is None else (token,)
