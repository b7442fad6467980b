"""Many tasks answered at once, as an approver does it: a preview with its sum, and a result for each."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import PHONE, WIDE, People
from tests.flows.shop import decide, nodes_of, paid_order, refund
from tests.house import House

pytestmark = pytest.mark.serial


def asked(house: House, amounts: tuple[str, ...]) -> list[str]:
    """Orders whose refunds wait for finance."""
    numbers = [paid_order(house, "199.00") for _ in amounts]
    for number, amount in zip(numbers, amounts, strict=True):
        refund(house, number, amount)
    return numbers


def choose(page: Page, number: str) -> None:
    page.get_by_role("listitem").filter(has_text=number).get_by_role("checkbox").check()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_was_previewed_is_answered_and_what_a_colleague_was_faster_with_is_told(
    house: House, people: People, size: tuple[int, int]
) -> None:
    first, second, third = asked(house, ("88.00", "77.50", "66.00"))
    page = people.come("finance1", size=size).opens("/inbox")
    expect(page.get_by_role("listitem").filter(has_text=third)).to_be_visible()
    if size == PHONE:
        page.get_by_role("button", name="批量处理").click()
    for number in (first, second, third):
        choose(page, number)
    page.get_by_role("button", name="批量同意").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(re.compile("将同意 3 条,合计 ¥231.50"))).to_be_visible()

    assert decide(house, "finance2", third, "reject", comment="凭证不足").status == 200
    dialog.get_by_role("button", name="同意 3 条").click()

    expect(dialog.get_by_text(re.compile("2 条已同意,1 条没成功"))).to_be_visible()
    assert [nodes_of(house, number) for number in (first, second)] == [["ops"], ["ops"]]
