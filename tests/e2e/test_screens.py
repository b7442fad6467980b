"""Every screen at two widths, light and dark: a picture of each, and what a picture does not show.

No complaint on the console, nothing wider than a phone, no violation that axe can see, one heading, a language,
and no key of a catalogue in the place of its text. The pictures lie in test-results/screens/.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import RESULTS
from tests.e2e.people import PHONE, WIDE, People
from tests.e2e.unsound import unsound_flow
from tests.flows.shop import instance_of, paid_order, refund
from tests.house import House

pytestmark = pytest.mark.serial

SCREENS = RESULTS / "screens"
# Texts like "inbox.detail.title": a key that has no translation. Addresses and file names are not keys.
KEY = re.compile(r"^[a-z][A-Za-z]+(\.[a-z][A-Za-z_]+)+$")
TOO_WIDE = """() => {
  const drawings = '.gv-frame, .react-flow, [role=region][aria-label^="流程图"]';
  const scrolls = (e) => e === document.documentElement || ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
  return [...document.querySelectorAll('*')]
    .filter((e) => e.scrollWidth > e.clientWidth + 1 && scrolls(e) && !e.closest(drawings))
    .map((e) => `${e.tagName}.${e.className} ${e.scrollWidth} > ${e.clientWidth}`);
}"""
TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode.textContent.trim());
  return found.filter(Boolean);
}"""

COME_TO_REST = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const ending = () => document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
  do {
    await frame();
    await frame();
    await Promise.all(ending().map((one) => one.finished.catch(() => null)));
  } while (ending().length > 0);
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the screens show: ids and order numbers of one house."""

    flow: str
    forced: str
    waiting: str
    order: str
    in_finance: str
    unsound: str


@pytest.fixture(scope="module")
def sample(house: House) -> Sample:
    """The demo, and in it a changed flow, a run that was forced on, one that waits for finance, a change of an
    order, and somebody who left."""
    [flow] = [
        one for one in house.get("/api/v1/definitions", user="admin").json["results"] if one["key"] == "small_refund"
    ]
    url = f"/api/v1/definitions/{flow['id']}"
    draft = house.get(f"{url}/draft", user="admin").json
    change(draft["graph"])
    body = {"revision": draft["revision"], "graph": draft["graph"], "layout": draft["layout"]}
    assert house.call("PUT", f"{url}/draft", body, user="admin").status == 200

    order = paid_order(house, "199.00")
    refund(house, order, "88.00", "收到时杯盖有裂纹")
    run = instance_of(house, order)
    force = f"/api/v1/instances/{run['id']}/force-advance"
    token = house.post(f"{force}/preview", {"target": "ops"}, user="supervisor1").json["token"]
    done = house.post(force, {"token": token, "reason": "大促期间加急,已电话确认"}, user="supervisor1")
    assert done.status == 200, done.json
    other = paid_order(house, "329.00")
    refund(house, other, "129.00", "颜色与页面不符")
    waiting = instance_of(house, other)["id"]
    moved = house.post(
        f"/api/v1/orders/{other}/changes", {"ship_to": {"city": "宁波"}, "reason": "买家搬家"}, user="cs1"
    )
    assert moved.status == 201, moved.json
    left = "from accounts.models import User; User.objects.filter(username='warehouse1').update(is_active=False)"
    house.manage("shell", "--verbosity", "0", "-c", left)
    return Sample(
        flow=flow["id"], forced=run["id"], waiting=waiting, order=order, in_finance=other,
        unsound=unsound_flow(house),
    )  # fmt: skip


def change(graph: dict[str, list[dict[str, dict[str, list[dict[str, str]]]]]]) -> None:
    """The designer's change that waits to be published."""
    for node in graph["nodes"]:
        for branch in node["config"].get("branches", []):
            branch["when"] = "${refundAmount} < ${orderTotal} * 0.2"


# Each screen: who looks, and how they come there.


def sign_in(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/sign-in")
    expect(page.get_by_text("演示账号")).to_be_visible()


def flows(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows")
    expect(page.get_by_text("小额退款直通")).to_be_visible()


def gallery(page: Page, base: str, sample: Sample) -> None:
    flows(page, base, sample)
    page.get_by_role("button", name="新建流程").click()
    expect(page.get_by_role("dialog").get_by_text("空白流程")).to_be_visible()


def designer(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows/{sample.flow}")
    expect(page.get_by_text("财务复核").first).to_be_visible()
    if is_wide(page):
        page.get_by_role("group", name=re.compile("^财务复核")).click()
        expect(page.get_by_role("complementary", name="属性").get_by_text("超时处理")).to_be_visible()


def condition(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows/{sample.flow}")
    page.get_by_role("group", name=re.compile("^小额退款")).first.click()
    page.get_by_role("complementary", name="属性").get_by_text("表达式", exact=True).click()
    expect(page.get_by_text("✓ 条件可用")).to_be_visible()


def problem(page: Page, base: str, sample: Sample, *, said: str = "这个汇合永远等不齐") -> None:
    page.goto(f"{base}/flows/{sample.unsound}")
    page.get_by_text(re.compile(r"^\d+ 个问题$")).first.click()
    page.get_by_role("button", name=re.compile(said)).click()
    expect(page.get_by_role("region", name="图上标出的问题").get_by_text(said)).to_be_visible()
    expect(page.locator("[data-shown]")).to_be_attached()


def problem_values(page: Page, base: str, sample: Sample) -> None:
    problem(page, base, sample, said="分支之间有缺口")
    expect(page.get_by_text("订单金额 = ¥500.00 时所有分支都不走,只能走这里")).to_be_visible()


def publish(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows/{sample.flow}")
    page.get_by_role("button", name="保存并发布新版本").click()
    expect(page.get_by_role("dialog").get_by_text("改为").first).to_be_visible()


def rehearsal(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows/{sample.flow}/test")
    page.get_by_label("订单号").fill(sample.order)
    page.get_by_role("button", name="开始试运行").click()
    expect(page.get_by_role("list", name="步骤").get_by_text("会收到").first).to_be_visible()
    page.get_by_text("为什么是这些人").first.click()
    page.get_by_label("用例名称").fill("杯盖有裂纹")
    expect(page.get_by_text("与线上版本相比")).to_be_visible()


def rehearsal_of_all(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows/{sample.flow}/test")
    page.get_by_text("近期全部").click()
    page.get_by_role("button", name="开始试运行").click()
    expect(page.get_by_text(re.compile("重放 [0-9]+ 单"))).to_be_visible()


def versions(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows/{sample.flow}/versions")
    expect(page.get_by_text("演示数据")).to_be_visible()
    expect(page.get_by_text("财务复核").first).to_be_visible()


def compare(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows/{sample.flow}/compare/1/draft")
    page.get_by_role("button", name=re.compile("条件由")).click()
    expect(page.get_by_role("region", name="之后:草稿", exact=True).get_by_text("财务复核").first).to_be_visible()


def publish_later(page: Page, base: str, sample: Sample) -> None:
    publish(page, base, sample)
    page.get_by_role("dialog").get_by_text("指定时间").click()
    expect(page.get_by_text("选一个将来的时间")).to_be_visible()


def versions_managed(page: Page, base: str, sample: Sample) -> None:
    versions(page, base, sample)
    page.get_by_role("button", name="停用流程").click()
    expect(page.get_by_text("停用后不再有新单启动")).to_be_visible()


def inbox(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/inbox")
    expect(page.get_by_role("region", name="待办列表").get_by_text(sample.in_finance)).to_be_visible()
    if is_wide(page):
        expect(page.get_by_role("region", name="待办详情").get_by_text("运营终审").first).to_be_visible()


def task(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/inbox?q={sample.in_finance}")
    page.get_by_role("region", name="待办列表").get_by_role("link", name=re.compile(sample.in_finance)).click()
    expect(page.get_by_role("region", name="待办详情").get_by_text("运营终审").first).to_be_visible()
    page.get_by_role("button", name="驳回").click()
    expect(page.get_by_label("为什么驳回?发起人会看到")).to_be_visible()


def run(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/console/{sample.forced}")
    expect(page.get_by_text("强制推进到「运营终审」").first).to_be_visible()


def force(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/console/{sample.waiting}?do=force-advance")
    field = page.get_by_role("dialog").get_by_role("combobox").first
    expect(field).to_be_focused()
    page.keyboard.type("原路退款")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("将执行「原路退款」")).to_be_visible()


def console(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/console")
    expect(page.get_by_role("main").get_by_text(re.compile("ORD")).first).to_be_visible()


def audit(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/audit")
    expect(page.get_by_text("大促期间加急,已电话确认")).to_be_visible()


def orders(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/orders")
    expect(page.get_by_text(sample.order)).to_be_visible()


def order(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/orders/{sample.order}")
    expect(page.get_by_text("停在「运营终审」")).to_be_visible()


def ask(page: Page, base: str, sample: Sample) -> None:
    order(page, base, sample)
    page.get_by_role("button", name="申请退款").click()
    page.get_by_label("退款金额").fill("30")
    expect(page.get_by_text("占订单 15.1%")).to_be_visible()


def ask_change(page: Page, base: str, sample: Sample) -> None:
    order(page, base, sample)
    page.get_by_role("button", name="申请改单").click()
    page.get_by_label("城市").fill("宁波")
    expect(page.get_by_placeholder("现在:", exact=False).first).to_be_visible()


def changed_order(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/orders/{sample.in_finance}")
    expect(page.get_by_role("region", name="改单")).to_contain_text("杭州 → 宁波")


def check_up(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/flows")
    page.get_by_role("link", name="流程体检").click()
    expect(page.get_by_text("「仓库组」里只剩吴运营一个人能审批", exact=False)).to_be_visible()


def leaving(page: Page, base: str, sample: Sample) -> None:
    page.goto(f"{base}/absence")
    page.get_by_role("combobox", name="查看谁的").click()
    page.keyboard.type("陈主管")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="办理离职交接…").click()
    expect(page.get_by_role("dialog").get_by_role("combobox", name="接手人")).to_be_focused()
    page.keyboard.type("赵主管")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("负责的部门 1 个")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("交给 赵主管").first).to_be_visible()


def is_wide(page: Page) -> bool:
    return page.viewport_size is not None and page.viewport_size["width"] == WIDE[0]


SHOWN: dict[Callable[[Page, str, Sample], None], str | None] = {
    sign_in: None, flows: "admin", gallery: "admin", designer: "admin", condition: "admin", publish: "admin",
    problem: "admin", problem_values: "admin",
    rehearsal: "admin", rehearsal_of_all: "admin",
    publish_later: "admin", versions: "admin", versions_managed: "admin", compare: "admin", inbox: "finance1",
    task: "finance1", run: "supervisor1", force: "supervisor1", console: "supervisor1", audit: "auditor1",
    orders: "cs1", order: "cs1", ask: "cs1", ask_change: "cs1", changed_order: "cs1", check_up: "admin",
    leaving: "supervisor1",
}  # fmt: skip
# A phone shows flows but does not edit them.
ONLY_WIDE = {condition, publish, publish_later}
CASES = [
    pytest.param(show, size, id=f"{show.__name__}-{size[0]}")
    for show in SHOWN
    for size in (WIDE, PHONE)
    if size == WIDE or show not in ONLY_WIDE
]


@contextmanager
def at_their_screen(people: People, name: str | None, size: tuple[int, int]) -> Iterator[Page]:
    if name is None:
        with people.stranger("nobody", size=size) as person:
            yield person.page
    else:
        yield people.come(name, size=size).page


@pytest.mark.parametrize(("show", "size"), CASES)
def test_a_screen_is_whole_in_both_themes(
    house: House, people: People, sample: Sample, show: Callable[[Page, str, Sample], None], size: tuple[int, int]
) -> None:
    with at_their_screen(people, SHOWN[show], size) as page:
        show(page, house.url, sample)
        found: list[str] = []
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="light" if theme == "light" else "dark", reduced_motion="reduce")
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            settle(page)
            page.screenshot(path=SCREENS / f"{show.__name__}-{size[0]}-{theme}.png")
            found += [f"{theme}: {violation}" for violation in violations(page)]
        assert found == []
        assert page.locator("h1").count() == 1
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        assert [text for text in page.evaluate(TEXTS) if KEY.match(text)] == []
        if size == PHONE:
            assert page.evaluate(TOO_WIDE) == []


def settle(page: Page) -> None:
    """Until nothing is being fetched and what moves has come to rest."""
    page.wait_for_load_state("networkidle")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.evaluate(COME_TO_REST)


def violations(page: Page) -> list[str]:
    """What axe finds, a line each: rule and where."""
    return [
        f"{rule['id']}: {' '.join(str(part) for part in node['target'])} {node['failureSummary']}"
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"]
    ]
