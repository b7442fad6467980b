"""Tells the sandbox how to behave, and reads its ledger: what tests, trials and the `sandbox` command use."""

from decimal import Decimal

from orders.payments.sandbox.line import own_line
from orders.payments.sandbox.models import EVERY_ORDER, Mode, SandboxBehaviour, SandboxRefund


def tell(mode: Mode, *, order_no: str = EVERY_ORDER, seconds: Decimal = Decimal(0), times: int | None = None) -> None:
    """Answer the calls of one order (or of all) like this, the next `times` times or until told otherwise."""
    with own_line() as line:
        line.execute(
            """
            INSERT INTO orders_sandboxbehaviour (order_no, mode, seconds, times) VALUES (%s, %s, %s, %s)
            ON CONFLICT (order_no) DO UPDATE
            SET mode = excluded.mode, seconds = excluded.seconds, times = excluded.times
            """,
            [order_no, mode.value, seconds, times],
        )


def forget(*, order_no: str | None = None) -> int:
    """Behave well again for one order, or for all; answers how many behaviours were dropped."""
    with own_line() as line:
        if order_no is None:
            line.execute("DELETE FROM orders_sandboxbehaviour")
        else:
            line.execute("DELETE FROM orders_sandboxbehaviour WHERE order_no = %s", [order_no])
        return int(line.rowcount)


def told() -> tuple[SandboxBehaviour, ...]:
    """Every behaviour in force."""
    return tuple(SandboxBehaviour.objects.order_by("order_no"))


def paid_back(order_no: str) -> tuple[SandboxRefund, ...]:
    """Every refund that the sandbox has paid for an order, oldest first."""
    return tuple(SandboxRefund.objects.filter(order_no=order_no).order_by("pk"))
