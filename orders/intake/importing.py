"""Importing a file of orders: each order in a transaction of its own, every fault with its row, safe to repeat."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from django.db import DatabaseError
from django.db.models import Q

from bedrock.errors import BadInput, OrderflowError
from bedrock.fingerprints import fingerprint_of
from bedrock.tables import Row
from orders.core.models import Order
from orders.intake.actions import Client, place_order
from orders.intake.document import read_order
from orders.intake.mapping import ColumnMapping, disagreeing, document_of, payment_of
from orders.intake.pricing import price
from workflows.engine.values import Money

BATCH: Final = 200


class Outcome(StrEnum):
    """What became of an order of the file."""

    NEW = "new"  # placed
    UNCHANGED = "unchanged"  # it was there already, made from the same content
    FAILED = "failed"  # not placed; the faults say why


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One reason why an order was not placed; `row` is the row of the file, counted from 1 at the header."""

    row: int
    order_no: str
    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one order; `total` is None when it has none."""

    order_no: str
    outcome: Outcome
    total: Money | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    rows: Sequence[Row]
    order_no: str
    channel: str
    document: Mapping[str, Any]
    fingerprint: str
    total: Money


def import_orders(rows: Iterable[Row], *, mapping: ColumnMapping, client: Client, now: datetime) -> Iterator[Imported]:
    """Place the orders of a file one by one, in the file's order, each in its own transaction.

    What was placed stays when the import breaks off; run again, it goes on where it stopped. Raises BadInput
    `import.missing_columns` before anything is placed.
    """
    groups = iter(_grouped(rows, mapping=mapping))
    while batch := list(islice(groups, BATCH)):
        prepared = [_prepare(group, mapping=mapping) for group in batch]
        known = _known([one for one in prepared if isinstance(one, _Ready)])
        for one in prepared:
            yield one if isinstance(one, Imported) else _place(one, known=known, client=client, now=now)


def _grouped(rows: Iterable[Row], *, mapping: ColumnMapping) -> Iterable[Sequence[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if not groups:
            _require_columns(row, mapping)
        key = (mapping.order.channel.read(row.cells), mapping.order.order_no.read(row.cells))
        # Rows without a number cannot belong together.
        groups.setdefault(key if key[1] else (f"row {row.number}", ""), []).append(row)
    return groups.values()


def _require_columns(row: Row, mapping: ColumnMapping) -> None:
    missing = sorted(mapping.columns() - set(row.cells))
    if missing:
        raise BadInput(
            "import.missing_columns",
            f"Expected the columns {', '.join(missing)}, found none of that name.",
            missing=missing,
        )


def _prepare(rows: Sequence[Row], *, mapping: ColumnMapping) -> _Ready | Imported:
    """The document of an order, read and priced, so that the payment can be its total."""
    order_no = mapping.order.order_no.read(rows[0].cells)
    try:
        other = disagreeing(rows, mapping=mapping)
        if other is not None:
            raise BadInput(
                "import.rows_disagree",
                f"Expected the same order as in row {rows[0].number}, found other details.",
                row=other.number,
            )
        document = document_of(rows, mapping=mapping)
        priced = price(read_order(document))
        total = Money(priced.total, priced.currency)
        payment = payment_of(rows, mapping=mapping, total=total)
        if payment is not None:
            document["payment"] = payment
        order = read_order(document)
    except OrderflowError as error:
        return _failed(rows, order_no, error)
    return _Ready(
        rows=rows,
        order_no=order_no,
        channel=order.channel.value,
        document=document,
        fingerprint=fingerprint_of(document),
        total=total,
    )


def _known(orders: Sequence[_Ready]) -> dict[tuple[str, str], str]:
    """Fingerprints of those orders that are stored already, by channel and number; one statement."""
    wanted = Q(pk__in=[])
    for channel in {one.channel for one in orders}:
        wanted |= Q(channel=channel, order_no__in=[one.order_no for one in orders if one.channel == channel])
    rows = Order.objects.filter(wanted).values_list("channel", "order_no", "fingerprint")
    return {(channel, order_no): fingerprint for channel, order_no, fingerprint in rows}


def _place(one: _Ready, *, known: Mapping[tuple[str, str], str], client: Client, now: datetime) -> Imported:
    stored = known.get((one.channel, one.order_no))
    if stored == one.fingerprint:
        return Imported(order_no=one.order_no, outcome=Outcome.UNCHANGED, total=one.total)
    if stored is not None:
        error = BadInput("import.differs", "Expected the content that this order was made from, found another.")
        return _failed(one.rows, one.order_no, error)
    try:
        place_order(read_order(one.document), fingerprint=one.fingerprint, client=client, now=now)
    except OrderflowError as refusal:
        return _failed(one.rows, one.order_no, refusal)
    except DatabaseError as trouble:
        error = BadInput("import.not_stored", f"The database refused it: {str(trouble).splitlines()[0]}")
        return _failed(one.rows, one.order_no, error)
    return Imported(order_no=one.order_no, outcome=Outcome.NEW, total=one.total)


def _failed(rows: Sequence[Row], order_no: str, error: OrderflowError) -> Imported:
    problems = error.problems or ({"path": "", "code": error.code, "message": error.message},)
    first = int(error.fields.get("row", rows[0].number))
    faults = tuple(
        Fault(
            row=_row_of(problem["path"], rows) or first,
            order_no=order_no,
            path=problem["path"],
            code=problem["code"],
            message=problem["message"],
        )
        for problem in problems
    )
    return Imported(order_no=order_no, outcome=Outcome.FAILED, faults=faults)


def _row_of(path: str, rows: Sequence[Row]) -> int | None:
    """The row of a place such as `lines.2.quantity`."""
    parts = path.split(".")
    if parts[0] == "lines" and len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(rows):
        return rows[int(parts[1])].number
    return None


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts and sums of an import while it runs."""

    new: int = 0
    unchanged: int = 0
    failed: int = 0
    totals: dict[str, Decimal]

    def add(self, one: Imported) -> None:
        """Count one order; the sums are those of orders that are stored now."""
        setattr(self, one.outcome.value, getattr(self, one.outcome.value) + 1)
        if one.total is not None:
            self.totals[one.total.currency] = self.totals.get(one.total.currency, Decimal(0)) + one.total.amount
