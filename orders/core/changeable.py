"""What of a placed order may be changed, and how it is called. Money and lines may not: these are refunded."""

from collections.abc import Mapping
from typing import Final

from orders.core.masking import mask_address, mask_phone
from workflows.engine.graph import LocalText

COLUMNS: Final[Mapping[str, str]] = {
    "buyer.name": "buyer_name",
    "buyer.phone": "buyer_phone",
    "ship_to.region": "ship_region",
    "ship_to.city": "ship_city",
    "ship_to.address": "ship_address",
    "ship_to.postal_code": "ship_postal_code",
}
LABELS: Final[Mapping[str, LocalText]] = {
    "buyer.name": LocalText(zh="买家", en="Buyer"),
    "buyer.phone": LocalText(zh="手机号", en="Phone"),
    "ship_to.region": LocalText(zh="省份", en="Region"),
    "ship_to.city": LocalText(zh="城市", en="City"),
    "ship_to.address": LocalText(zh="收货地址", en="Address"),
    "ship_to.postal_code": LocalText(zh="邮编", en="Postal code"),
}

Wanted = Mapping[str, Mapping[str, str]]  # field → before, after


def shown(field: str, value: str) -> str:
    """A value as people see it: personal data leaves masked."""
    match field:
        case "buyer.phone":
            return mask_phone(value)
        case "ship_to.address":
            return mask_address(value)
        case _:
            return value


def shown_change(wanted: Wanted) -> list[dict[str, str]]:
    """Every field with both values, as answers carry it."""
    return [
        {"field": field, "before": shown(field, one["before"]), "after": shown(field, one["after"])}
        for field, one in wanted.items()
    ]
