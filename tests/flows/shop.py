"""What a shop does through the contract: place a paid order, ask for a refund, look where it stands."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.house import Answer, House, eventually


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def place_order(house: House, total: str, *, key: str | None = None, **changes: Any) -> Answer:
    """A paid order of one line."""
    number = changes.pop("order_no", f"ORD{uuid.uuid4().hex[:12].upper()}")
    body = {
        "order_no": number, "channel": "h5", "placed_at": "2026-01-26T16:42:11+08:00",
        "buyer": {"name": "张三", "phone": "13800138000", "customer_id": "C-1"},
        "ship_to": {"region": "浙江", "city": "杭州", "address": "文三路 188 号", "postal_code": "310000"},
        "lines": [{"sku": "SKU-1", "name": "保温杯", "quantity": 1, "unit_price": cny(total)}],
        "freight": cny("0.00"), "promotion_id": "P-1",
        "payment": {
            "provider": "sandbox", "transaction_id": f"T-{number}", "amount": cny(total),
            "paid_at": "2026-01-26T16:42:30+08:00",
        },
    } | changes  # fmt: skip
    return house.post("/api/v1/orders", body, user="shop", X_Idempotency_Key=key or uuid.uuid4().hex)


def paid_order(house: House, total: str) -> str:
    """The number of a new paid order."""
    answer = place_order(house, total)
    assert answer.status == 201, answer.json
    number: str = answer.json["order_no"]
    return number


def refund(house: House, number: str, amount: str, reason: str = "七天无理由退货") -> dict[str, Any]:
    """Ask for a refund as customer service."""
    answer = house.post(f"/api/v1/orders/{number}/refunds", {"amount": cny(amount), "reason": reason}, user="cs1")
    assert answer.status == 201, answer.json
    body: dict[str, Any] = answer.json
    return body


def task_of(house: House, user: str, number: str) -> dict[str, Any] | None:
    """The open task about an order in somebody's inbox."""
    found = house.get(f"/api/v1/tasks?box=todo&q={number}", user=user).json["results"]
    return found[0] if found else None


def decide(house: House, user: str, number: str, verb: str, **more: Any) -> Answer:
    """Answer the open task about an order."""
    task = task_of(house, user, number)
    assert task is not None, f"{user} has no task about {number}"
    return house.post(f"/api/v1/tasks/{task['id']}/{verb}", {"revision": task["revision"], **more}, user=user)


def instance_of(house: House, number: str, user: str = "supervisor1") -> dict[str, Any]:
    """The run about an order's refund."""
    found: list[dict[str, Any]] = house.get(f"/api/v1/instances?subject={number}", user=user).json["results"]
    assert len(found) == 1, found
    return found[0]


def nodes_of(house: House, number: str) -> list[str]:
    """Where the run about an order stands."""
    return sorted(token["node"] for token in instance_of(house, number)["tokens"])


def refund_status(house: House, number: str) -> str:
    """The status of an order's only refund."""
    [only] = house.get(f"/api/v1/orders/{number}", user="cs1").json["refunds"]
    status: str = only["status"]
    return status


def paid_back(house: House, number: str) -> list[tuple[Any, ...]]:
    """What the sandbox provider has really paid back for an order."""
    return house.rows("SELECT amount::numeric(18,2)::text FROM orders_sandboxrefund WHERE order_no = %s", number)


def wind_to(house: House, day: str, time: str) -> datetime:
    """Set the house's clock to a Shanghai time of a day; time only goes forward."""
    target = datetime.fromisoformat(f"{day}T{time}+08:00").astimezone(UTC)
    present = datetime.fromisoformat(house.get("/api/v1/session").json["now"])
    assert target >= present - timedelta(minutes=1), f"{target} is before {present}"
    house.wind(seconds=(target - present).total_seconds())
    return target


def wait_for_status(house: House, number: str, status: str) -> None:
    """Wait until the refund has that status."""
    eventually(lambda: refund_status(house, number) == status)
