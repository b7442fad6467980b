"""What a step shows and lets fill in, by hand: in the panel, in the inbox, and nowhere for who may not know."""

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.people import PHONE, People
from tests.e2e.test_screens import TOO_WIDE, violations
from tests.flows.shop import paid_order, refund, task_of
from tests.house import House, eventually

SHOTS = os.environ.get("ORDERFLOW_SHOTS")


def shot(page: Page, name: str) -> None:
    """A picture for somebody who looks at it, where it was asked for."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def draft_with_fields(house: House) -> str:
    """The refund flow gets more variables and a finance step that reads, fills in and hides; its address."""
    flows = house.get("/api/v1/definitions", user="admin").json["results"]
    [flow] = [one for one in flows if one["key"] == "small_refund"]
    url = f"/api/v1/definitions/{flow['id']}"
    draft = house.get(f"{url}/draft", user="admin").json
    graph: dict[str, Any] = draft["graph"]
    graph["variables"] += [
        {"name": "grantedAmount", "type": "money", "label": {"zh": "核定金额", "en": "Granted amount"}},
        {"name": "qualityIssue", "type": "boolean", "label": {"zh": "是否质量问题", "en": "Quality issue"}},
        {"name": "channel", "type": "text", "label": {"zh": "下单渠道", "en": "Channel"}},
        {"name": "customerId", "type": "text", "label": {"zh": "会员号", "en": "Customer"}},
    ]
    [finance] = [node for node in graph["nodes"] if node["id"] == "finance"]
    finance["config"]["fields"] = [
        {"name": "grantedAmount", "access": "required"}, {"name": "qualityIssue", "access": "write"},
        {"name": "channel", "access": "read"}, {"name": "customerId", "access": "hidden"},
    ]  # fmt: skip
    body = {"revision": draft["revision"], "graph": graph, "layout": draft["layout"]}
    saved = house.call("PUT", f"{url}/draft", body, user="admin")
    assert (saved.status, saved.json.get("problems")) == (200, []), saved.json
    published = house.post(f"{url}/publish", {"revision": saved.json["revision"], "note": "财务核定"}, user="admin")
    assert published.status == 201, published.json
    return str(flow["id"])


VARIABLES_OF = "SELECT state -> 'variables' FROM workflows_instance WHERE id = '{}'"


def test_finance_fills_in_what_it_must_and_never_sees_what_is_hidden(house: House, people: People) -> None:
    flow = draft_with_fields(house)
    number = paid_order(house, "199.00")
    refund(house, number, "88.00")
    eventually(lambda: task_of(house, "finance1", number) is not None)
    task = task_of(house, "finance1", number)
    assert task is not None

    designer = people.come("admin").opens(f"/flows/{flow}")
    designer.get_by_text("财务复核").first.click()
    fields = designer.get_by_text("字段权限", exact=True)
    fields.scroll_into_view_if_needed()
    expect(designer.get_by_text("核定金额").first).to_be_visible()
    shot(designer, "fields-designer")

    page = people.come("finance1").opens(f"/inbox/{task['id']}")
    page.get_by_role("button", name=re.compile("^同意")).press("Enter")
    form = page.get_by_role("form", name="同意")
    amount = form.get_by_role("textbox", name=re.compile("核定金额"))
    expect(amount).to_be_focused()
    shot(page, "fields-inbox")
    page.keyboard.press("Enter")
    expect(form.get_by_text("同意前需要填写这一项")).to_be_visible()
    expect(amount).to_be_focused()
    shot(page, "fields-missing")
    assert violations(page) == []

    phone = people.come("finance1", size=PHONE, theme="dark").opens(f"/inbox/{task['id']}")
    phone.get_by_role("button", name=re.compile("^同意")).click()
    expect(phone.get_by_role("form", name="同意")).to_be_visible()
    assert phone.evaluate(TOO_WIDE) == []
    shot(phone, "fields-phone-dark")

    amount.fill("66.00")
    form.get_by_role("combobox", name="是否质量问题").select_option("true")
    form.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text(re.compile("已同意")).first).to_be_visible()

    def known() -> dict[str, Any]:
        [(variables,)] = house.rows(VARIABLES_OF.format(task["instance"]))
        return dict(variables)

    eventually(lambda: known().get("grantedAmount") == {"amount": "66.00", "currency": "CNY"})
    assert known()["qualityIssue"] is True
    seen = {
        who: house.get(f"/api/v1/instances/{task['instance']}", user=who).json for who in ("finance1", "supervisor1")
    }
    assert "customerId" not in seen["finance1"]["variables"]
    assert seen["supervisor1"]["variables"]["customerId"] == "C-1"
