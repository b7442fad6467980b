"""What people see of a buyer's personal data: enough to tell one buyer from another, too little to call. Pure."""

import re
from typing import Final

_NOT_DIGITS: Final = re.compile(r"[^0-9]")
MOBILE_DIGITS: Final = 11


def digits(phone: str) -> str:
    """The digits of a phone number: `(5) 555-4729` -> `55554729`."""
    return _NOT_DIGITS.sub("", phone)


def phone_tail(phone: str) -> str:
    """The last four digits, by which people look a number up."""
    return digits(phone)[-4:]


def mask_phone(phone: str) -> str:
    """`13800138000` -> `138****8000`; of fewer than 11 digits only the last two stay; empty stays empty."""
    number = digits(phone)
    if len(number) >= MOBILE_DIGITS:
        return f"{number[:3]}****{number[-4:]}"
    return f"****{number[-2:]}" if number else ""


def mask_address(address: str) -> str:
    """The first three characters of a street address: `文三路 188 号` -> `文三路****`; empty stays empty."""
    return f"{address[:3]}****" if address else ""
