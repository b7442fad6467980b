"""Running instances are taken over into another version as a person does it: dry run, look, start, and the way back."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.people import PHONE, People
from tests.e2e.test_screens import TOO_WIDE, violations
from tests.flows.shop import paid_order, refund
from tests.house import House, eventually

STANDING = """
SELECT t ->> 'node', v.number, count(*)::int FROM workflows_instance i
JOIN workflows_definitionversion v ON v.id = i.version_id, jsonb_array_elements(i.state -> 'tokens') t
WHERE i.status = 'running' GROUP BY 1, 2 ORDER BY 1, 2
"""


def publish_without_finance(house: House) -> None:
    """The second version asks operations only."""
    flows = house.get("/api/v1/definitions", user="admin").json["results"]
    [flow] = [one for one in flows if one["key"] == "small_refund"]
    url = f"/api/v1/definitions/{flow['id']}"
    draft = house.get(f"{url}/draft", user="admin").json
    graph = draft["graph"]
    graph["nodes"] = [node for node in graph["nodes"] if node["id"] != "finance"]
    graph["edges"] = [
        edge | ({"to": "ops"} if edge["to"] == "finance" else {})
        for edge in graph["edges"]
        if edge["from"] != "finance"
    ]
    body = {"revision": draft["revision"], "graph": graph, "layout": draft["layout"]}
    saved = house.call("PUT", f"{url}/draft", body, user="admin").json
    published = house.post(f"{url}/publish", {"revision": saved["revision"], "note": "去掉财务复核"}, user="admin")
    assert published.status == 201, published.json


def standing(house: House) -> dict[tuple[str, int], int]:
    """How many runs stand at each node in each version, by what the database says."""
    return {(node, version): count for node, version, count in house.rows(STANDING)}


def is_at_rest(house: House) -> bool:
    """Whether no run goes on by itself: the demo's refunds are paid, or their provider has failed for good."""
    return house.rows("SELECT count(*)::int FROM workflows_activityjob") == [(0,)]


def give_reason(page: Page, does: str, reason: str) -> None:
    """With the keyboard alone: the button opens the question, whose field has the focus."""
    page.get_by_role("button", name=does).press("Enter")
    expect(page.get_by_role("textbox", name="原因")).to_be_focused()
    page.keyboard.type(reason)
    page.keyboard.press("Enter")


def test_runs_go_on_without_finance_and_come_back(house: House, people: People) -> None:
    refund(house, paid_order(house, "199.00"), "88.00")
    eventually(lambda: standing(house).get(("finance", 1), 0) > 0 and is_at_rest(house))
    before = standing(house)
    in_finance = before["finance", 1]
    publish_without_finance(house)

    page = people.come("admin").opens("/flows")
    page.get_by_role("row").filter(has_text="小额退款直通").get_by_role("link", name="版本").click()
    page.get_by_role("link", name="迁移在途流程").click()
    expect(page.get_by_text("1 个步骤在 v2 里没有了")).to_be_visible()

    # Without a place for the step that is gone everybody in it stays, and is told why.
    page.get_by_role("button", name="试算").press("Enter")
    expect(page.get_by_role("heading", level=1, name="v1 → v2")).to_be_visible()
    page.get_by_role("button", name=re.compile("留在原版本")).press("Enter")
    reason = "「财务复核」在新版本里没有了,也没有指定接到哪一步"
    expect(page.get_by_text(reason)).to_have_count(in_finance + 1)  # each of them, and the summary
    assert standing(house) == before

    page.go_back()
    page.get_by_label("「财务复核」(v1)").focus()
    page.keyboard.type("运营终审")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="试算").press("Enter")
    expect(page.get_by_text("「财务复核」接到「运营终审」,重新开始")).to_have_count(in_finance)
    assert standing(house) == before

    give_reason(page, "开始迁移", "新版不再要财务复核")
    expect(page.get_by_text(re.compile("^已迁移 [0-9]+ 条到 v2,0 条留在 v1$"))).to_be_visible()
    after = standing(house)
    assert {version for _, version in after} == {2}
    assert after["ops", 2] == in_finance + before.get(("ops", 1), 0)
    assert violations(page) == []
    phone = people.come("supervisor1", size=PHONE, theme="dark").opens(page.url.removeprefix(house.url))
    expect(phone.get_by_text(re.compile("^已迁移 [0-9]+ 条到 v2"))).to_be_visible()
    assert phone.evaluate(TOO_WIDE) == []
    assert violations(phone) == []

    page.get_by_role("button", name="撤销这次迁移…").press("Enter")
    expect(page.get_by_role("heading", level=1, name="撤销:v2 → v1")).to_be_visible()
    assert standing(house) == after
    give_reason(page, "开始撤销", "财务复核还要保留")
    expect(page.get_by_text(re.compile("^已迁移 [0-9]+ 条到 v1,0 条留在 v2$"))).to_be_visible()
    assert standing(house) == before
    assert house.invariants()["broken"] == {}
