"""A request that came back: its requester reads why, revises it with the keyboard alone, and who decides sees it."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.people import PHONE, People
from tests.e2e.test_screens import SCREENS, TOO_WIDE, settle, violations
from tests.house import House

pytestmark = pytest.mark.serial
API = "/api/v1"
GRAPH: dict[str, Any] = {
    "format": 1,
    "variables": [
        {"name": "amount", "type": "money", "label": {"zh": "报销金额", "en": "Amount"}},
        {"name": "reason", "type": "text", "label": {"zh": "事由", "en": "Reason"}},
    ],
    "nodes": [
        {"id": "start", "type": "start", "name": {"zh": "报销申请", "en": "Expense request"}},
        {
            "id": "finance", "type": "approval", "name": {"zh": "财务复核", "en": "Finance"},
            "config": {
                "assign": [{"kind": "group", "group": "finance"}], "on_reject": {"to": "requester", "resume": "back"},
            },
        },
        {"id": "end", "type": "end"},
    ],
    "edges": [
        {"id": "e1", "from": "start", "to": "finance"},
        {"id": "e2", "from": "finance", "port": "approved", "to": "end"},
        {"id": "e3", "from": "finance", "port": "rejected", "to": "end"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def came_back(house: House) -> str:
    """The id of the task that asks cs1 to revise."""
    made = house.post(
        f"{API}/definitions", {"key": "expense", "title": {"zh": "报销", "en": "Expense"}, "graph": GRAPH}, user="admin"
    )
    url = f"{API}/definitions/{made.json['id']}"
    assert house.post(f"{url}/publish", {"revision": 1, "note": "first"}, user="admin").status == 201
    asked = {
        "definition": "expense", "subject": {"type": "expense", "id": "E-1", "title": "出差报销"},
        "variables": {"amount": {"amount": "580.00", "currency": "CNY"}, "reason": "出差"},
    }  # fmt: skip
    run = house.post(f"{API}/instances", asked, user="cs1").json["id"]
    [task] = [one for one in house.get(f"{API}/tasks", user="finance1").json["results"] if one["instance"] == run]
    answer = {"revision": 1, "comment": "金额与发票不符,请按发票金额填写"}
    assert house.post(f"{API}/tasks/{task['id']}/reject", answer, user="finance1").status == 200
    [mine] = [one for one in house.get(f"{API}/tasks", user="cs1").json["results"] if one["instance"] == run]
    return str(mine["id"])


def test_the_requester_sees_why_on_a_phone_too(came_back: str, people: People) -> None:
    page = people.come("cs1", size=PHONE).opens(f"/inbox/{came_back}")
    expect(page.get_by_text("金额与发票不符")).to_be_visible()
    page.get_by_role("button", name="修改并重新提交").click()
    expect(page.get_by_label("报销金额")).to_have_value("580.00")
    settle(page)
    page.screenshot(path=SCREENS / "resubmit-390.png")
    assert page.evaluate(TOO_WIDE) == []
    assert violations(page) == []


def test_the_requester_revises_with_the_keyboard_alone_and_finance_sees_what_changed(
    house: House, came_back: str, people: People
) -> None:
    page = people.come("cs1").opens(f"/inbox/{came_back}")
    expect(page.get_by_role("heading", name="在「财务复核」被驳回,请修改后重新提交")).to_be_visible()
    settle(page)
    page.screenshot(path=SCREENS / "resubmit-asked.png")
    page.keyboard.press("u")
    amount = page.get_by_label("报销金额")
    expect(amount).to_have_value("580.00")
    for _ in range(2):  # from the comment back to the amount
        page.keyboard.press("Shift+Tab")
    expect(amount).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("498.00")
    expect(page.get_by_text("原来:¥580.00")).to_be_visible()
    settle(page)
    page.screenshot(path=SCREENS / "resubmit-form.png")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        settle(page)
        page.screenshot(path=SCREENS / f"resubmit-form-{theme}.png")
        assert violations(page) == []
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_text("已重新提交").first).to_be_visible()

    [task] = [
        one
        for one in house.get(f"{API}/tasks", user="finance2").json["results"]
        if one["definition"]["key"] == "expense"
    ]
    page = people.come("finance2").opens(f"/inbox/{task['id']}")
    changed = page.get_by_role("region", name="修改后重新提交")
    expect(changed.get_by_text("¥580.00")).to_be_visible()
    expect(changed.get_by_text("¥498.00")).to_be_visible()
    settle(page)
    page.screenshot(path=SCREENS / "resubmit-changed.png")
    assert violations(page) == []
    assert house.invariants()["broken"] == {}
