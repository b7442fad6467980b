"""Importing files by the public command: sums to the cent, faults with their rows, and nothing twice."""

import csv
import os
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Sum
from openpyxl import Workbook

from bedrock.errors import BadInput
from orders.core.models import Order, OrderLine
from orders.intake.mapping import read_mapping
from orders.payments.models import Payment
from tests.orders.builders import user

pytestmark = pytest.mark.django_db

HEADER = (
    "order_no,channel,placed_at,currency,buyer_name,buyer_phone,sku,name,quantity,unit_price,discount,freight,"
    "payment_provider,payment_transaction_id,paid_at"
)
TWO_LINES = [
    "ORD-1,taobao,2026-01-26T16:42:11+08:00,CNY,张三,13800138000,A,保温杯,2,99.50,0.50,12,sandbox,T-1,2026-01-26T16:43:00+08:00",
    "ORD-1,taobao,2026-01-26T16:42:11+08:00,CNY,张三,13800138000,B,杯刷,1,9.9,,12,sandbox,T-1,2026-01-26T16:43:00+08:00",
]
ONE_LINE = "ORD-2,h5,2026-01-27T09:00:00+08:00,CNY,李四,13912345678,A,保温杯,1,99.50,0,0,,,"


@pytest.fixture(autouse=True)
def _importer() -> None:
    user("importer", "integration")


def write(folder: Path, *rows: str, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding=encoding)
    return file


def run(file: Path, *options: str) -> tuple[int, str, list[str]]:
    """Exit code, the line of counts, and the faults that were printed."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("orders", "import", str(file), "--as", "importer", *options, stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue().strip(), err.getvalue().splitlines()


def test_orders_are_placed_when_a_file_has_a_row_per_line(tmp_path: Path) -> None:
    code, counts, faults = run(write(tmp_path, *TWO_LINES, ONE_LINE))

    assert (code, counts, faults) == (0, "new 2, unchanged 0, failed 0; total 319.90 CNY", [])
    order = Order.objects.get(order_no="ORD-1")
    assert (order.goods_total, order.discount_total, order.freight, order.total) == (
        Decimal("208.90"),
        Decimal("0.50"),
        Decimal(12),
        Decimal("220.40"),
    )
    assert (order.status, order.paid, Payment.objects.get().transaction_id) == ("awaiting_shipment", order.total, "T-1")
    assert Order.objects.get(order_no="ORD-2").status == "pending_payment"


def test_nothing_changes_when_the_same_file_comes_again(tmp_path: Path) -> None:
    file = write(tmp_path, *TWO_LINES, ONE_LINE)
    run(file)
    before = list(Order.objects.order_by("pk").values())

    code, counts, _ = run(file)

    assert (code, counts) == (0, "new 0, unchanged 2, failed 0; total 319.90 CNY")
    assert list(Order.objects.order_by("pk").values()) == before


def test_the_rest_is_placed_when_a_broken_row_was_repaired(tmp_path: Path) -> None:
    broken = ONE_LINE.replace("99.50", "99.505")
    first = run(write(tmp_path, *TWO_LINES, broken))

    second = run(write(tmp_path, *TWO_LINES, ONE_LINE))

    assert (first[0], first[1]) == (1, "new 1, unchanged 0, failed 1; total 220.40 CNY")
    assert (second[0], second[1]) == (0, "new 1, unchanged 1, failed 0; total 319.90 CNY")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("9.9", "cheap", "row 3: order ORD-1: lines.1.unit_price.amount: "),
        (",B,杯刷,1,", ",B,杯刷,0,", "row 3: order ORD-1: lines.1.quantity: "),
        (",B,", ",,", "row 3: order ORD-1: lines.1.sku: "),
        ("taobao", "amazon", "row 2: order ORD-1: channel: "),
        ("+08:00,CNY", ",CNY", "row 2: order ORD-1: placed_at: "),
        ("CNY", "XXX", "row 2: order ORD-1: lines.0.unit_price.currency: "),
        ("13800138000", "call me", "row 2: order ORD-1: buyer.phone: "),
    ],
)
def test_the_row_and_the_reason_are_told_when_an_order_is_wrong(tmp_path: Path, old: str, new: str, fault: str) -> None:
    code, counts, faults = run(write(tmp_path, *(row.replace(old, new) for row in TWO_LINES), ONE_LINE))

    assert (code, counts) == (1, "new 1, unchanged 0, failed 1; total 99.50 CNY")
    assert faults[0].startswith(fault)
    assert list(Order.objects.values_list("order_no", flat=True)) == ["ORD-2"]
    assert (OrderLine.objects.count(), Payment.objects.count()) == (1, 0)


def test_an_order_is_refused_when_its_rows_disagree(tmp_path: Path) -> None:
    _, counts, faults = run(write(tmp_path, TWO_LINES[0], TWO_LINES[1].replace("张三", "李四")))

    assert (counts, Order.objects.count()) == ("new 0, unchanged 0, failed 1; total none", 0)
    assert faults == [
        "row 3: order ORD-1: Expected the same order as in row 2, found other details. (import.rows_disagree)"
    ]


def test_an_order_is_refused_when_it_is_stored_with_other_content(tmp_path: Path) -> None:
    run(write(tmp_path, ONE_LINE))

    code, counts, faults = run(write(tmp_path, ONE_LINE.replace("99.50", "89.50")))

    assert (code, counts) == (1, "new 0, unchanged 0, failed 1; total none")
    assert faults[0].endswith("(import.differs)")
    assert Order.objects.get().total == Decimal("99.50")


def test_every_fault_is_in_the_errors_file_and_none_is_a_formula(tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    evil = ONE_LINE.replace("ORD-2", "=cmd|' /C calc'!A0")

    run(write(tmp_path, evil, *(row.replace("13800138000", "?") for row in TWO_LINES)), "--errors", str(errors))

    with errors.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["row"], row["order_no"], row["path"]) for row in rows] == [
        ("2", "'=cmd|' /C calc'!A0", "order_no"),
        ("3", "ORD-1", "buyer.phone"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("orders.csv", b"", "empty file"),
        ("orders.csv", b"a,a\n1,2\n", "different names"),
        ("orders.csv", b"order_no\nORD-1\n", "Expected the columns"),
        ("orders.csv", "order_no\n张三\n".encode("gb18030"), "encoding"),
        ("orders.xlsx", b"PK nothing", "no XLSX workbook"),
        ("orders.pdf", b"%PDF", "Expected a .csv or .xlsx file"),
    ],
)
def test_nothing_is_placed_when_the_file_cannot_be_read(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CommandError, match=message):
        run(tmp_path / name)

    assert Order.objects.count() == 0


def test_a_file_in_another_encoding_is_read_when_it_is_said(tmp_path: Path) -> None:
    run(write(tmp_path, ONE_LINE, encoding="gb18030"), "--encoding", "gb18030")

    assert Order.objects.get().buyer_name == "李四"


def test_a_workbook_gives_the_same_orders_as_its_csv(tmp_path: Path) -> None:
    run(write(tmp_path, *TWO_LINES, ONE_LINE))
    book = Workbook()
    page = book.worksheets[0]
    page.append(HEADER.split(","))
    for row in (*TWO_LINES, ONE_LINE):
        page.append([_cell(text) for text in row.split(",")])
    book.save(tmp_path / "orders.xlsx")

    code, counts, faults = run(tmp_path / "orders.xlsx")

    assert (code, counts, faults) == (0, "new 0, unchanged 2, failed 0; total 319.90 CNY", [])


def _cell(text: str) -> Any:
    """As a person would type it: short numbers as numbers."""
    number = text.replace(".", "", 1)
    return float(text) if number.isdigit() and len(number) < 6 and "." in text else text


def test_a_discount_of_the_order_is_shared_to_the_cent(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    lines = [f"ORD-3,h5,2026-01-26,CNY,张三,13800138000,{sku},{sku},1,10.00,10.00" for sku in "ABC"]
    file.write_text(
        "\n".join(["no,channel,at,currency,name,phone,sku,title,count,price,off", *lines]), encoding="utf-8"
    )
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        """
        format = 1
        zone = "Asia/Shanghai"
        [order]
        order_no = "no"
        channel = "channel"
        placed_at = "at"
        currency = "currency"
        buyer_name = "name"
        buyer_phone = "phone"
        order_discount = "off"
        [line]
        sku = "sku"
        name = "title"
        quantity = "count"
        unit_price = "price"
        """,
        encoding="utf-8",
    )

    _, counts, faults = run(file, "--mapping", str(mapping))

    assert (counts, faults) == ("new 1, unchanged 0, failed 0; total 20.00 CNY", [])
    order = Order.objects.get()
    assert [line.discount for line in order.lines.all()] == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert order.placed_at.isoformat() == "2026-01-25T16:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("format = 2", "format"),
        ("format = 1\nsort = 1", "sort"),
        ("format = 1\n[order]\nchannel = {}", "order.channel"),
    ],
)
def test_a_mapping_is_refused_when_it_is_malformed(text: str, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_mapping(text, kind="toml")

    assert place in [problem["path"] for problem in caught.value.problems]


# --- Northwind: 830 real orders --------------------------------------------------------------------------------------


def northwind() -> Path:
    shared = Path(os.environ.get("ORDERFLOW_SHARED_DATA") or settings.BASE_DIR.parent / "shared" / "data")
    file = shared / "northwind" / "orders.csv"
    if not file.is_file():
        pytest.skip(f"the Northwind orders are not at {file}; set ORDERFLOW_SHARED_DATA to the folder that holds them")
    return file


def expected_totals(file: Path) -> dict[str, Decimal]:
    """Computed apart from the product: each line's discount rounded half up to the cent, plus the freight once."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    freights: dict[str, Decimal] = {}
    with file.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            goods = Decimal(row["unit_price"]) * int(row["quantity"])
            off = (goods * Decimal(row["discount"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
            totals[row["order_id"]] += goods - off
            freights[row["order_id"]] = Decimal(row["freight"])
    return {order: total + freights[order] for order, total in totals.items()}


def test_830_real_orders_add_up_to_the_cent_and_are_placed_once() -> None:
    file, mapping = northwind(), Path(__file__).parent / "data" / "northwind-mapping.toml"
    expected = expected_totals(file)

    first = run(file, "--mapping", str(mapping))
    rows = {order.order_no: order for order in Order.objects.all()}
    before = list(Order.objects.order_by("pk").values())
    second = run(file, "--mapping", str(mapping))

    total = sum(expected.values())
    assert first == (0, f"new 830, unchanged 0, failed 0; total {total} USD", [])
    assert {number: order.total for number, order in rows.items()} == expected
    assert OrderLine.objects.count() == 2155
    assert Payment.objects.aggregate(sum=Sum("amount"))["sum"] == total
    assert second == (0, f"new 0, unchanged 830, failed 0; total {total} USD", [])
    assert list(Order.objects.order_by("pk").values()) == before
