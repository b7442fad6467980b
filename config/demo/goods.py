"""Forty orders as they come in from five channels: the same every time, only the dates move with the day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle, islice
from typing import Any, Final

from workflows.engine.values import plain

COUNT: Final = 40
BUYERS: Final = (
    "张三", "王小丽", "李建国", "陈思雨", "刘洋", "杨帆", "赵敏", "黄志强", "周婷婷", "吴俊杰",
    "徐静", "孙浩然", "马丽娟", "朱一鸣", "胡雪", "郭晓东", "何佳怡", "高翔", "林巧", "欧阳明月",
)  # fmt: skip
PLACES: Final = (
    ("浙江", "杭州", "西湖区文三路 188 号", "310000"),
    ("上海", "上海", "浦东新区世纪大道 100 号", "200120"),
    ("广东", "深圳", "南山区科技园南路 7 号", "518000"),
    ("四川", "成都", "武侯区天府大道 1199 号", "610000"),
    ("北京", "北京", "朝阳区建国路 93 号", "100000"),
    ("湖北", "武汉", "洪山区珞喻路 1037 号", "430000"),
    ("陕西", "西安", "雁塔区高新路 52 号", "710000"),
)
GOODS: Final = (
    ("SKU-CUP-01", "316 不锈钢保温杯 500ml", "199.00"),
    ("SKU-TEA-02", "明前龙井礼盒 250g", "328.00"),
    ("SKU-EAR-03", "蓝牙降噪耳机", "459.00"),
    ("SKU-BAG-04", "通勤双肩包", "239.00"),
    ("SKU-LMP-05", "护眼台灯", "168.50"),
    ("SKU-TEE-06", "重磅纯棉 T 恤", "79.90"),
    ("SKU-NUT-07", "每日坚果 30 袋", "129.00"),
    ("SKU-PAN-08", "不粘炒锅 32cm", "219.00"),
    ("SKU-PIL-09", "乳胶枕一对", "388.00"),
    ("SKU-BOK-10", "人文社科书箱 12 册", "456.00"),
    ("SKU-MSK-11", "补水面膜 20 片", "99.00"),
    ("SKU-TOY-12", "儿童积木 520 粒", "149.00"),
)
CHANNELS: Final = ("h5", "wechat", "taobao", "pinduoduo", "douyin")
UNPAID: Final = frozenset({12, 23, 31, 38})  # waiting for their payment


def order_no_of(number: int) -> str:
    """The number of the n-th demo order, from 1."""
    return f"ORD2026D{number:04d}"


def documents(*, now: datetime) -> Iterator[dict[str, Any]]:
    """The documents of all demo orders, newest first: from an hour to some two weeks before `now`."""
    for number in range(1, COUNT + 1):
        yield _document(number, placed_at=now - timedelta(hours=1 + 9 * (number - 1), minutes=7 * number % 60))


def _document(number: int, *, placed_at: datetime) -> dict[str, Any]:
    region, city, address, postal_code = PLACES[number % len(PLACES)]
    lines = [_line(number)] if number % 3 else [_line(number), _line(number + 5)]
    freight = Decimal("12.00") if number % 4 == 0 else Decimal(0)
    total = sum((_total(line) for line in lines), freight)
    document: dict[str, Any] = {
        "order_no": order_no_of(number),
        "channel": CHANNELS[(number - 1) % len(CHANNELS)],
        "placed_at": placed_at.isoformat(),
        "buyer": {
            "name": BUYERS[(number - 1) % len(BUYERS)],
            "phone": f"13{number % 10}0013{8000 + 37 * number:04d}",
            "customer_id": f"C-{1000 + (number - 1) % len(BUYERS)}",
        },
        "ship_to": {"region": region, "city": city, "address": address, "postal_code": postal_code},
        "lines": lines,
        "freight": _cny(freight),
        "promotion_id": "P-NEWYEAR" if number % 5 in (0, 2) else "",
    }
    if number not in UNPAID:
        paid_at = (placed_at + timedelta(seconds=40 + number)).isoformat()
        document["payment"] = {
            "provider": "sandbox",
            "transaction_id": f"DEMO-{number:04d}",
            "amount": _cny(total),
            "paid_at": paid_at,
        }
    return document


def _line(number: int) -> dict[str, Any]:
    sku, name, price = next(islice(cycle(GOODS), (number - 1) % len(GOODS), None))
    quantity = 2 if number % 5 == 0 else 1
    discount = Decimal("10.00") if number % 6 == 0 else Decimal(0)
    return {
        "sku": sku,
        "name": name,
        "quantity": quantity,
        "unit_price": _cny(Decimal(price)),
        "discount": _cny(discount),
    }


def _total(line: dict[str, Any]) -> Decimal:
    quantity: int = line["quantity"]
    return Decimal(line["unit_price"]["amount"]) * quantity - Decimal(line["discount"]["amount"])


def _cny(amount: Decimal) -> dict[str, str]:
    return {"amount": plain(amount, places=2), "currency": "CNY"}
