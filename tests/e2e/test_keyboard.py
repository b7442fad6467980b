"""The same work without a mouse, and once in English."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import People
from tests.e2e.unsound import unsound_flow
from tests.flows.shop import paid_order, refund
from tests.house import PASSWORD, House, eventually

pytestmark = pytest.mark.serial

MOST_TABS = 40
HAN = re.compile(r"[\u4e00-\u9fff]")
NAME_OF_FOCUS = """() => {
  const e = document.activeElement;
  const labelled = (e.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id));
  const label = labelled[0] ?? e.labels?.[0];
  return e.getAttribute('aria-label') || label?.textContent?.trim() || e.textContent?.trim() || '';
}"""


def focused(page: Page) -> str:
    """The name of what holds the focus."""
    name: str = page.evaluate(NAME_OF_FOCUS)
    return name


def tab_until(page: Page, there: Callable[[str], bool]) -> str:
    """Press Tab until the focus is where it is wanted."""
    passed: list[str] = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if there(passed[-1]):
            return passed[-1]
    raise AssertionError(f"{MOST_TABS} presses of Tab did not lead there, but to {passed}")


def test_signing_in_takes_the_keyboard_only(people: People) -> None:
    with people.stranger("finance1") as person:
        page = person.opens("/")
        expect(page.get_by_role("heading", level=1, name="登录")).to_be_visible()
        tab_until(page, lambda name: name == "用户名")
        page.keyboard.type("finance1")
        page.keyboard.press("Tab")
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="用户名或密码不对")).to_be_visible()
        page.keyboard.press("Control+a")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="主导航")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/inbox"))


def test_an_approver_decides_with_j_a_and_enter(house: House, people: People) -> None:
    for _ in range(2):
        refund(house, paid_order(house, "100.00"), "60.00")
    page = people.come("finance1").opens("/inbox")
    rows = page.get_by_role("region", name="待办列表").get_by_role("listitem")
    expect(rows.first).to_be_visible()
    heading = page.locator("#task-heading")
    expect(heading).to_be_visible()
    many, first = rows.count(), heading.inner_text()
    assert many >= 3
    page.keyboard.press("j")
    expect(heading).not_to_have_text(first)
    [(opened,)] = house.rows("SELECT count(*) FROM approvals_approvaltask WHERE status = 'open' AND node = 'finance'")
    page.keyboard.press("a")
    page.keyboard.type("凭证齐全")
    page.keyboard.press("Enter")

    expect(page.get_by_text("已同意").first).to_be_visible()
    expect(rows).to_have_count(many - 1)
    # The focus is on what comes next, not lost.
    expect(page.locator(":focus")).to_have_attribute("id", re.compile("^task-"))
    still_open = "SELECT count(*) FROM approvals_approvaltask WHERE status = 'open' AND node = 'finance'"
    eventually(lambda: house.rows(still_open) == [(opened - 1,)])  # when the time to take it back is over


def test_a_designer_inserts_an_approval_and_publishes_by_keys(house: House, people: People) -> None:
    page = people.come("admin").opens("/flows")
    expect(page.get_by_role("link", name="小额退款直通", exact=True)).to_be_visible()
    tab_until(page, lambda name: name == "小额退款直通")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="保存并发布新版本")).to_be_visible()

    # One stop for the whole drawing; arrows walk on it.
    tab_until(page, lambda name: name.startswith("退款申请"))
    seen: list[str] = []
    while not focused(page).startswith("原路退款"):
        assert len(seen) < MOST_TABS, seen
        page.keyboard.press("ArrowDown")
        seen.append(focused(page))
    page.keyboard.press("Shift+A")
    expect(page.get_by_role("combobox", name="查找步骤")).to_be_focused()
    page.keyboard.type("sp")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")

    # The first field of the new step has the focus: who decides.
    panel = page.get_by_role("complementary", name="属性")
    who = panel.get_by_role("combobox").first
    expect(who).to_be_focused()
    page.keyboard.type("supervisors")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="审批, 督导组 · 或签")).to_be_visible()
    expect(page.get_by_text("没有问题")).to_be_visible()

    page.keyboard.press("Control+Shift+Enter")
    dialog = page.get_by_role("dialog", name="保存并发布新版本")
    expect(dialog.get_by_role("listitem").first).to_contain_text("新增「审批」")
    expect(dialog.get_by_role("button", name="发布 v2")).to_be_enabled()
    tab_until(page, lambda name: name.startswith("发布 v2"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("已发布 v2,新订单立即生效").first).to_be_visible()
    [(graph,)] = house.rows(
        "SELECT v.graph FROM workflows_definitionversion v JOIN workflows_definition d ON d.id = v.definition_id "
        "WHERE d.key = 'small_refund' AND v.number = 2"
    )
    [added] = [node for node in graph["nodes"] if node["type"] == "approval" and node["id"] not in {"finance", "ops"}]
    assert added["config"]["assign"] == [{"kind": "group", "group": "supervisors"}]


def test_a_designer_is_led_along_the_way_that_goes_wrong_by_keys(house: House, people: People) -> None:
    person = people.come("admin")
    page = person.opens(f"/flows/{unsound_flow(house)}")
    expect(page.get_by_role("group", name=re.compile("^都复核完")).first).to_be_visible()
    drawn, said = page.locator("[data-shown]"), page.get_by_test_id("live-region")

    while "永远等不齐" not in (said.text_content() or ""):
        before = said.text_content()
        page.keyboard.press("F8")
        expect(said).not_to_have_text(before or "")

    expect(drawn).to_have_attribute("data-shown", "e0 e1 e3")
    expect(said).to_contain_text("走法:1 退款申请、2 同时复核、3 财务复核、4 都复核完。")
    steps = {step.get_attribute("data-step"): step.text_content() for step in page.locator("[data-step]").all()}
    assert steps == {"start": "1", "both": "2", "finance": "3", "join": "4"}
    page.keyboard.press("Escape")
    expect(drawn).to_have_count(0)
    expect(said).to_have_text("已收起图上的标记")


def test_the_interface_speaks_english_to_the_last_word(people: People) -> None:
    with people.stranger("supervisor1") as person:
        page = person.opens("/sign-in")
        page.get_by_role("button", name="EN Switch to English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_label("User name").fill("supervisor1")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        for path in ("/flows", "/console", "/orders", "/audit", "/inbox"):
            page.goto(person.house.url + path)
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            page.wait_for_load_state("networkidle")
            assert page.locator("html").get_attribute("lang") == "en"
            assert chinese_words(page) == []
        page.goto(person.house.url + "/flows")
        page.get_by_role("link", name="Small refund", exact=False).first.click()
        expect(page.get_by_text("Finance review").first).to_be_visible()
        assert chinese_words(page) == []


# Names of people and goods, reasons and comments stay as they were typed; the interface's own words do not.
OWN_WORDS = """() => {
  const own = 'button, h1, h2, h3, h4, th, dt, dt ~ dd time, label, legend, caption, [role=tab], nav, .gv-card';
  const hidden = '[lang]:not(html), [aria-hidden=true]';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    if (textContent.trim() && parentElement.closest(own) && !parentElement.closest(hidden))
      found.push(textContent.trim());
  }
  return [...found, ...[...document.querySelectorAll('[placeholder]')].map((field) => field.placeholder)];
}"""


def chinese_words(page: Page) -> list[str]:
    """The interface's own words on this screen that are Chinese."""
    words: list[str] = page.evaluate(OWN_WORDS)
    assert words
    return [word for word in words if HAN.search(word)]
