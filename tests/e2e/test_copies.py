"""A copy of a case, by keyboard: sent by who is asked, found and read by who is not, and its sender sees that."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import RESULTS
from tests.e2e.people import PHONE, People
from tests.flows.shop import paid_order, refund
from tests.house import House

pytestmark = pytest.mark.serial


def picture(page: Page, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / f"copies-{name}.png")


def test_a_copy_is_sent_by_keyboard_read_on_a_phone_and_its_sender_told(house: House, people: People) -> None:
    order = paid_order(house, "199.00")
    refund(house, order, "88.00", "收到时杯盖有裂纹")
    sender = people.come("finance1").opens("/inbox")
    expect(sender.get_by_role("button", name="抄送")).to_be_visible()

    sender.keyboard.press("o")
    sender.keyboard.type("ops1")
    found = sender.get_by_role("form", name="抄送").get_by_role("checkbox")
    expect(found).to_have_count(1)
    found.focus()
    sender.keyboard.press("Space")
    expect(sender.get_by_role("list", name="已选的人与组").get_by_role("listitem")).to_have_count(1)
    sender.get_by_label("想说的话(可不填)").fill("供排班参考,不用处理")
    picture(sender, "form")
    sender.keyboard.press("Enter")
    copies = sender.get_by_role("region", name="抄送", exact=True)
    expect(copies.get_by_text("未读")).to_be_visible()

    dark = people.come("ops1", theme="dark").opens("/inbox")
    expect(dark.get_by_role("link", name="抄送我 1 条未读")).to_be_visible()
    picture(dark, "unread")
    page = people.come("ops1", size=PHONE).opens("/inbox?box=cc")
    row = page.get_by_role("region", name="待办列表").get_by_role("listitem")
    expect(row).to_contain_text("未读")
    picture(page, "list-phone")
    row.get_by_role("link").click()
    expect(page.get_by_text("抄送给你,仅供查看")).to_be_visible()
    expect(page.get_by_text("供排班参考,不用处理").first).to_be_visible()
    expect(page.get_by_role("button", name="同意")).to_have_count(0)
    picture(page, "read-phone")
    assert Axe().run(page).response["violations"] == []
    dark.get_by_role("link", name="抄送我").click()
    expect(dark.get_by_text("抄送给你,仅供查看")).to_be_visible()
    picture(dark, "read-dark")

    sender.reload()
    expect(copies.get_by_text("已读")).to_be_visible()
    copies.scroll_into_view_if_needed()
    picture(sender, "receipt")
