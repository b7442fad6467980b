# ruff: noqa: S608 - queries are put together from constants only
"""830 real orders: imported by the public command, a refund asked for on each, all answered by the demo's people.

Amounts and answers are drawn with a fixed seed, so every figure below is exact and can be repeated.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT, House, eventually

pytestmark = pytest.mark.serial

SEED = 20261121
MAPPING = ROOT / "tests" / "orders" / "data" / "northwind-mapping.toml"
CLIENTS = 4
CENT = Decimal("0.01")
NUMBER = "split_part(subject_title, ' ', 1)"  # a subject's title starts with the order number


@pytest.fixture(scope="module")
def orders_file() -> Path:
    shared = Path(os.environ.get("ORDERFLOW_SHARED_DATA") or ROOT.parent / "shared" / "data")
    file = shared / "northwind" / "orders.csv"
    if not file.is_file():
        pytest.skip(f"the Northwind orders are not at {file}; set ORDERFLOW_SHARED_DATA to the folder that holds them")
    return file


def at_once(work: Callable[[Any], None], over: Iterable[Any]) -> None:
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, over))


def test_830_real_orders_run_to_their_end_and_every_cent_is_accounted_for(house: House, orders_file: Path) -> None:
    arguments = ("orders", "import", str(orders_file), "--mapping", str(MAPPING), "--as", "shop")
    assert house.manage(*arguments).startswith("new 830, unchanged 0, failed 0")
    totals = {
        number: Decimal(total)
        for number, total in house.rows(
            "SELECT order_no, total::text FROM orders_order WHERE currency = 'USD' ORDER BY order_no"
        )
    }
    assert len(totals) == 830

    draw = random.Random(SEED)
    wanted = {
        number: max(CENT, (total * Decimal(draw.randint(1, 100)) / 100).quantize(CENT))
        for number, total in sorted(totals.items())
    }
    says_no = {"finance": set(), "ops": set()} | {
        node: {number for number in sorted(totals) if draw.random() < share}
        for node, share in (("finance", 0.10), ("ops", 0.05))
    }
    house.token("cs1")  # before several ask at once

    def ask(number: str) -> None:
        body = {"amount": {"amount": str(wanted[number]), "currency": "USD"}, "reason": "尺寸不合适"}
        answer = house.post(f"/api/v1/orders/{number}/refunds", body, user="cs1")
        assert answer.status == 201, (number, answer.json)

    at_once(ask, sorted(totals))

    def answer_all(node: str, users: tuple[str, str]) -> None:
        open_tasks = house.rows(
            f"SELECT id::text, revision, {NUMBER} FROM approvals_approvaltask "
            f"WHERE status = 'open' AND node = %s AND {NUMBER} = ANY(%s) ORDER BY id",
            node, list(totals),
        )  # fmt: skip

        def answer(task: tuple[int, tuple[Any, ...]]) -> None:
            index, (task_id, revision, number) = task
            verb = "reject" if number in says_no[node] else "approve"
            body = {"revision": revision, "comment": "凭证不清楚"}
            done = house.post(f"/api/v1/tasks/{task_id}/{verb}", body, user=users[index % 2])
            assert done.status == 200, (number, done.json)

        at_once(answer, enumerate(open_tasks))

    answer_all("finance", ("finance1", "finance2"))
    answer_all("ops", ("ops1", "ops2"))
    eventually(
        lambda: house.rows(
            f"SELECT count(*) FROM workflows_instance WHERE status = 'running' AND {NUMBER} = ANY(%s)", list(totals)
        )[0][0] == 0,
        seconds=120,
    )  # fmt: skip

    # What had to happen, computed apart from the product.
    straight = {number for number in totals if wanted[number] < totals[number] * Decimal("0.3")}
    refused = {
        number
        for number in totals
        if (number not in straight and number in says_no["finance"]) or number in says_no["ops"]
    }
    expected = Counter(
        ("straight" if number in straight else "by finance", "rejected" if number in refused else "refunded")
        for number in totals
    )

    statuses = dict(
        house.rows(
            "SELECT o.order_no, r.status FROM orders_refund r JOIN orders_order o ON o.id = r.order_id "
            "WHERE o.currency = 'USD'"
        )
    )
    visited = {
        number
        for (number,) in house.rows(
            f"SELECT {NUMBER} FROM workflows_instance i JOIN workflows_historyevent h ON h.instance = i.id "
            f"WHERE h.kind = 'waited' AND h.node = 'finance' AND {NUMBER} = ANY(%s)", list(totals),
        )
    }  # fmt: skip
    found = Counter(("by finance" if number in visited else "straight", statuses[number]) for number in totals)
    assert found == expected

    paid = {
        number: Decimal(amount)
        for number, amount in house.rows(
            "SELECT order_no, amount::text FROM orders_sandboxrefund WHERE order_no = ANY(%s)", list(totals)
        )
    }
    assert paid == {number: wanted[number] for number in totals if number not in refused}
    refundable = dict(
        house.rows("SELECT order_no, (paid - refund_reserved)::text FROM orders_order WHERE currency = 'USD'")
    )
    assert {number: Decimal(left) for number, left in refundable.items()} == {
        number: totals[number] - paid.get(number, Decimal(0)) for number in totals
    }
    before = house.rows("SELECT count(*), sum(total), sum(paid) FROM orders_order")
    assert house.manage(*arguments).startswith("new 0, unchanged 830, failed 0")
    assert house.rows("SELECT count(*), sum(total), sum(paid) FROM orders_order") == before
    assert house.invariants()["broken"] == {}

    report = {" ".join(path): count for path, count in sorted(found.items())}
    sys.stderr.write(
        f"\nseed {SEED}: {report}; paid back {sum(paid.values())} of {sum(wanted.values())} USD asked for\n"
    )
