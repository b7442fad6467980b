"""The sandbox as a payment provider. Every statement runs on a connection of its own that commits at once, as a remote
party's would: nothing that happens to the caller's transaction or process undoes what the sandbox has paid."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from orders.payments.ports import OutcomeUnknown, ProviderRefused, RefundCall, RefundReceipt
from orders.payments.sandbox.line import own_line
from orders.payments.sandbox.models import EVERY_ORDER, Mode
from workflows.engine.values import Money

TIME_LIMIT_SECONDS: Final = 3.0


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxProvider:
    """An adapter and its remote party in one. `time_limit` is how many seconds the caller waits for an answer."""

    time_limit: float = TIME_LIMIT_SECONDS
    wait: Callable[[float], None] = _wait

    def refund(self, call: RefundCall) -> RefundReceipt:
        """Pay back once per key. Raises ProviderRefused or OutcomeUnknown, as the port says."""
        with own_line() as line:
            mode, seconds = _told_for(line, call.order_no)
            if mode is Mode.FAIL:
                raise OutcomeUnknown("sandbox.server_error", "The provider answered with status 502.")
            if mode is Mode.REFUSE:
                raise ProviderRefused("sandbox.refused", "The provider refuses refunds of this order.")
            receipt = _pay(line, call)
        if mode is Mode.CUT:
            raise OutcomeUnknown("sandbox.line_cut", "The connection was cut before the answer arrived.")
        if mode is Mode.SLOW:
            self.wait(min(seconds, self.time_limit))
            if seconds > self.time_limit:
                raise OutcomeUnknown("sandbox.timed_out", f"No answer within {self.time_limit:g} seconds.")
        return receipt

    def find_refund(self, key: str) -> RefundReceipt | None:
        """The refund paid under this key, or None."""
        with own_line() as line:
            line.execute("SELECT id, amount, currency FROM orders_sandboxrefund WHERE key = %s", [key])
            row = line.fetchone()
        return None if row is None else _receipt(key, row)

    def void(self, key: str) -> RefundReceipt | None:
        """Pay nothing under this key from now on; the refund when it was paid already."""
        with own_line() as line:
            _hold_key(line, key)
            line.execute("SELECT id, amount, currency FROM orders_sandboxrefund WHERE key = %s", [key])
            row = line.fetchone()
            if row is None:
                line.execute(
                    "INSERT INTO orders_sandboxvoid (key, voided_at) VALUES (%s, clock_timestamp()) "
                    "ON CONFLICT (key) DO NOTHING",
                    [key],
                )
            line.execute("COMMIT")
        return None if row is None else _receipt(key, row)


def _hold_key(line: CursorWrapper, key: str) -> None:
    """Begin a transaction in which nobody else pays or voids this key; an error before its COMMIT rolls it back."""
    line.execute("BEGIN")
    line.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [key])


def _told_for(line: CursorWrapper, order_no: str) -> tuple[Mode, float]:
    """The behaviour for this call: the order's own before the one for every order. Counts down `times`."""
    line.execute(
        """
        WITH told AS (
            SELECT id FROM orders_sandboxbehaviour
            WHERE order_no IN (%s, %s) AND (times IS NULL OR times > 0)
            ORDER BY order_no = %s LIMIT 1 FOR UPDATE
        )
        UPDATE orders_sandboxbehaviour SET times = times - 1 FROM told
        WHERE orders_sandboxbehaviour.id = told.id RETURNING mode, seconds
        """,
        [order_no, EVERY_ORDER, EVERY_ORDER],
    )
    row = line.fetchone()
    return (Mode.OK, 0.0) if row is None else (Mode(row[0]), float(row[1]))


def _pay(line: CursorWrapper, call: RefundCall) -> RefundReceipt:
    """Write the refund unless this key has one. One transaction at a time may spend from one payment."""
    _hold_key(line, call.key)
    line.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [call.transaction_id])
    line.execute("SELECT 1 FROM orders_sandboxvoid WHERE key = %s", [call.key])
    if line.fetchone() is not None:
        raise ProviderRefused("sandbox.voided", "This key is void: nothing is paid under it.")
    line.execute(
        "UPDATE orders_sandboxrefund SET calls = calls + 1 WHERE key = %s RETURNING id, amount, currency", [call.key]
    )
    row = line.fetchone() or _first_payment(line, call)
    if Money(row[1], row[2]) != call.amount:
        raise ProviderRefused("sandbox.key_reused", "This key was used for another amount.")
    line.execute("COMMIT")
    return _receipt(call.key, row)


def _first_payment(line: CursorWrapper, call: RefundCall) -> tuple[Any, ...]:
    line.execute(
        "SELECT coalesce(sum(amount), 0) FROM orders_sandboxrefund WHERE transaction_id = %s", [call.transaction_id]
    )
    (paid_back,) = line.fetchone()
    if call.amount.currency != call.payment.currency or Decimal(paid_back) + call.amount.amount > call.payment.amount:
        raise ProviderRefused("sandbox.exceeds_payment", "The refunds would be more than the payment.")
    line.execute(
        """
        INSERT INTO orders_sandboxrefund (key, transaction_id, order_no, amount, currency, paid_at)
        VALUES (%s, %s, %s, %s, %s, clock_timestamp()) RETURNING id, amount, currency
        """,
        [call.key, call.transaction_id, call.order_no, call.amount.amount, call.amount.currency],
    )
    row: tuple[Any, ...] = line.fetchone()
    return row


def _receipt(key: str, row: tuple[Any, ...]) -> RefundReceipt:
    return RefundReceipt(key=key, provider_refund_id=f"SBX{row[0]:010d}", amount=Money(row[1], row[2]))
