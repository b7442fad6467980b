"""The main job as people do it: draw, publish, ask, wait, approve; and move what is stuck. With mouse and keyboard.

The tests of a story follow each other; each is one visit.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import FAILED
from tests.e2e.people import People
from tests.flows.shop import paid_back, paid_order, wind_to
from tests.house import ROOT, House, eventually

pytestmark = pytest.mark.serial

MONDAY, WEDNESDAY = "2026-11-30", "2026-12-02"  # plain working days of the demo's calendar
FLOW = "小额退款(门店)"
PICTURE_BYTES = 200_000


@dataclass(slots=True)
class Story:
    """What one visit leaves for the next."""

    orders: dict[str, str] = field(default_factory=dict)
    broken: bool = False


@pytest.fixture(scope="module")
def whole_story(house: House) -> Story:
    wind_to(house, MONDAY, "09:00")
    return Story()


@pytest.fixture
def story(whole_story: Story, request: pytest.FixtureRequest) -> Iterator[Story]:
    """The story so far; after a visit that went wrong the later ones fail at once."""
    assert not whole_story.broken, "an earlier visit of this story has failed"
    yield whole_story
    whole_story.broken = request.node.stash.get(FAILED, False)


def ask_for_refund(page: Page, number: str, amount: str, share: str) -> None:
    """Customer service looks the order up and asks for a refund on its page."""
    page.get_by_label("订单号、买家、手机号或后 4 位").fill(number)
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="申请退款").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("退款金额").press_sequentially(amount)
    expect(dialog.get_by_text(f"占订单 {share}")).to_be_visible()
    dialog.get_by_role("button", name="不想要了").click()
    dialog.get_by_role("button", name="提交退款申请").click()
    expect(dialog).to_be_hidden()


def approve(page: Page, number: str, comment: str) -> None:
    """An approver finds the order in the inbox and agrees, with the mouse."""
    page.get_by_label("搜索待办").fill(number)
    row = page.get_by_role("region", name="待办列表").get_by_role("listitem").filter(has_text=number)
    expect(page).to_have_url(re.compile(f"q={number}"))  # the search has been made
    expect(row).to_have_count(1)
    row.get_by_role("link").click()
    detail = page.get_by_role("region", name="待办详情")
    expect(detail.get_by_text(number)).to_be_visible()
    detail.get_by_role("button", name="同意", exact=True).click()
    detail.get_by_label("意见(可不填)").fill(comment)
    detail.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text("已同意").first).to_be_visible()
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)  # from then on it counts


def nodes(house: House, number: str) -> list[str]:
    """Where the run about an order stands, by what the database says."""
    [(tokens,)] = house.rows(
        "SELECT state -> 'tokens' FROM workflows_instance WHERE subject_title LIKE %s", f"{number}%"
    )
    return [token["node"] for token in tokens]


def holders(house: House, number: str) -> list[str]:
    """The groups that are asked about an order, by what the database says."""
    [(candidates,)] = house.rows(
        "SELECT candidates FROM approvals_approvaltask WHERE status = 'open' AND subject_title LIKE %s", f"{number}%"
    )
    return [candidate["key"] for candidate in candidates]


def incidents(house: House, number: str) -> list[str]:
    """What stops the run about an order, by what the database says."""
    found = house.rows(
        "SELECT f.code FROM workflows_incident f JOIN workflows_instance i ON i.id = f.instance "
        "WHERE f.resolved_at IS NULL AND i.subject_title LIKE %s",
        f"{number}%",
    )
    return [code for (code,) in found]


def open_flow(page: Page) -> None:
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="流程").click()
    page.get_by_role("link", name=FLOW, exact=True).click()


# The first story: a changed condition, a lunch break, silence, and the money paid back once.


def test_a_designer_publishes_a_flow_from_the_template_in_place_of_the_demos(people: People, story: Story) -> None:
    page = people.come("admin").opens("/")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="流程").click()
    page.get_by_role("button", name="新建流程").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^小额退款直通")).click()
    page.get_by_label("流程名称").fill(FLOW)
    page.get_by_role("button", name="创建流程").click()
    expect(page.get_by_role("heading", level=1, name=FLOW)).to_be_visible()
    expect(page.get_by_text("没有问题")).to_be_visible()

    page.get_by_role("button", name="保存并发布新版本").click()
    dialog = page.get_by_role("dialog", name="保存并发布新版本")
    expect(dialog.get_by_text("第一次发布,共 7 个步骤。")).to_be_visible()
    dialog.get_by_role("button", name="发布 v1").click()
    expect(dialog.get_by_text("线上流程「小额退款直通」已在响应同一个事件")).to_be_visible()
    dialog.get_by_role("checkbox", name="由这条流程接替它").check()
    dialog.get_by_role("button", name="发布 v1").click()

    expect(page.get_by_text("已发布 v1,新订单立即生效").first).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("线上是 v1")).to_be_visible()


def test_a_refund_below_30_percent_goes_straight_to_operations(house: House, people: People, story: Story) -> None:
    story.orders["old"] = paid_order(house, "199.00")
    page = people.come("cs1").opens("/orders")
    ask_for_refund(page, story.orders["old"], "58.00", "29.1%")

    refund = page.get_by_role("region", name="退款")
    expect(refund.get_by_text("停在「运营终审」")).to_be_visible()
    expect(refund.get_by_role("link", name=f"{FLOW} v1")).to_be_visible()


def test_the_designer_says_20_percent_and_publishes_version_2(people: People, story: Story) -> None:
    page = people.come("admin").opens("/")
    open_flow(page)
    page.get_by_role("group", name=re.compile("^小额退款")).first.click()
    panel = page.get_by_role("complementary", name="属性")
    percent = panel.get_by_label("百分比")
    expect(percent).to_have_value("30")
    percent.click(click_count=3)
    page.keyboard.type("20")
    branch = page.get_by_role("region", name="流程图").get_by_text("退款金额 < 订单金额 的 20%")
    expect(branch).to_be_visible()
    expect(page.get_by_text("已自动保存")).to_be_visible()
    take_picture(page)

    page.get_by_role("button", name="保存并发布新版本").click()
    dialog = page.get_by_role("dialog", name="保存并发布新版本")
    expect(dialog.get_by_role("listitem")).to_have_text(
        re.compile("条件由「退款金额 < 订单金额 的 30%」改为「退款金额 < 订单金额 的 20%」")
    )
    expect(dialog.get_by_text("1 单在途:继续按 v1 走完。旧单不会自动更新。")).to_be_visible()
    dialog.get_by_label("版本说明").fill("超过两成的退款都要财务看过")
    dialog.get_by_role("button", name="发布 v2").click()
    expect(page.get_by_text("已发布 v2,新订单立即生效").first).to_be_visible()

    page.get_by_role("link", name="版本").click()
    versions = page.get_by_role("region", name="版本列表").or_(page.get_by_role("navigation", name="版本列表"))
    expect(versions.get_by_text("超过两成的退款都要财务看过")).to_be_visible()


def take_picture(page: Page) -> None:
    """The picture of the designer for the README, when it was asked for: `make picture`."""
    wanted = os.environ.get("ORDERFLOW_PICTURE")
    if wanted:
        page.mouse.move(0, 0)
        page.screenshot(path=Path(ROOT / wanted), animations="disabled")
        assert Path(ROOT / wanted).stat().st_size <= PICTURE_BYTES


def test_the_same_refund_now_goes_to_finance_while_the_old_run_keeps_its_path(
    house: House, people: People, story: Story
) -> None:
    wind_to(house, MONDAY, "11:30")
    story.orders["new"] = paid_order(house, "199.00")
    page = people.come("cs1").opens("/orders")
    ask_for_refund(page, story.orders["new"], "58.00", "29.1%")
    refund = page.get_by_role("region", name="退款")
    expect(refund.get_by_text("停在「财务复核」")).to_be_visible()

    page = people.come("supervisor1").opens(f"/orders/{story.orders['new']}")
    page.get_by_role("link", name=f"{FLOW} v2").click()
    why = page.get_by_role("region", name="详情").get_by_text("¥58.00 < ¥199.00 × 0.2 = ¥39.80")
    expect(why).to_be_visible()

    page.goto(f"{house.url}/orders/{story.orders['old']}")
    expect(page.get_by_role("region", name="退款").get_by_text("停在「运营终审」")).to_be_visible()
    expect(page.get_by_role("link", name=f"{FLOW} v1")).to_be_visible()
    assert (nodes(house, story.orders["old"]), nodes(house, story.orders["new"])) == (["ops"], ["finance"])


def test_over_lunch_the_clock_of_finance_stands_still(house: House, people: People, story: Story) -> None:
    wind_to(house, MONDAY, "12:15")
    page = people.come("finance1").opens("/inbox")
    page.get_by_label("搜索待办").fill(story.orders["new"])
    row = page.get_by_role("region", name="待办列表").get_by_role("listitem").filter(has_text=story.orders["new"])
    expect(row).to_contain_text("计时暂停到 13:30")
    detail = page.get_by_role("region", name="待办详情")
    expect(detail.get_by_text(re.compile(r"计时暂停到 13:30\(离线时段\)"))).to_be_visible()
    expect(detail.get_by_text(re.compile("剩 1 小时 (29|30) 分钟|剩 1 小时 30 分"))).to_be_visible()
    expect(detail.get_by_text(re.compile("到点转「部门负责人备选组」"))).to_be_visible()


def test_silence_hands_the_task_to_the_backup_group_who_agrees(house: House, people: People, story: Story) -> None:
    number = story.orders["new"]
    page = people.come("backup1").opens("/inbox")
    page.get_by_label("搜索待办").fill(number)
    expect(page.get_by_text(f"没有符合「{number}」的待办")).to_be_visible()

    wind_to(house, MONDAY, "15:01")  # 30 minutes before lunch and 90 after it are over
    expect(page.get_by_role("listitem").filter(has_text=number)).to_have_count(1)
    finance = people.come("finance1").opens("/inbox")
    finance.get_by_label("搜索待办").fill(number)
    expect(finance.get_by_text(f"没有符合「{number}」的待办")).to_be_visible()

    approve(page, number, "已核对凭证")
    eventually(lambda: nodes(house, number) == ["ops"])


def test_operations_agree_and_the_money_goes_back_exactly_once(house: House, people: People, story: Story) -> None:
    number = story.orders["new"]
    approve(people.come("ops1").opens("/inbox"), number, "同意退款")

    page = people.come("cs1").opens(f"/orders/{number}")
    refund = page.get_by_role("region", name="退款")
    expect(refund.get_by_text("已退款")).to_be_visible()
    expect(refund.get_by_text("渠道单号")).to_be_visible()
    expect(page.get_by_role("main").locator("dl > div").filter(has_text="已退")).to_contain_text("¥58.00")
    assert paid_back(house, number) == [("58.00",)]
    assert paid_back(house, story.orders["old"]) == []


def test_the_old_run_ends_by_the_first_version(house: House, people: People, story: Story) -> None:
    approve(people.come("ops2").opens("/inbox"), story.orders["old"], "")
    page = people.come("cs1").opens(f"/orders/{story.orders['old']}")
    expect(page.get_by_role("region", name="退款").get_by_text("已退款")).to_be_visible()
    assert paid_back(house, story.orders["old"]) == [("58.00",)]


# The second story: nobody acts, and a supervisor moves it.


def test_a_refund_that_nobody_looks_at_shows_up_as_stuck(house: House, people: People, story: Story) -> None:
    story.orders["stuck"] = number = paid_order(house, "100.00")
    ask_for_refund(people.come("cs1").opens("/orders"), number, "60.00", "60.0%")
    wind_to(house, MONDAY, "17:30")
    eventually(lambda: holders(house, number) == ["finance-backup"])  # asked last, and as silent
    wind_to(house, WEDNESDAY, "16:00")

    page = people.come("supervisor1").opens("/console")
    page.get_by_label("订单号").fill(number)
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("财务复核")
    expect(row).to_contain_text("超过 24 小时没有处理")
    row.get_by_role("link").first.click()
    expect(page.get_by_role("button", name="强制推进")).to_be_visible()


def test_a_supervisor_forces_it_on_with_a_reason_and_never_without(house: House, people: People, story: Story) -> None:
    number = story.orders["stuck"]
    page = people.come("supervisor1").opens(f"/orders/{number}")
    page.get_by_role("link", name=f"{FLOW} v2").click()
    page.get_by_role("button", name="强制推进").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^运营终审")).click()  # on the drawing
    expect(dialog.get_by_text(re.compile("取消「财务复核」的待办"))).to_be_visible()
    expect(dialog.get_by_text(re.compile("进入「运营终审」"))).to_be_visible()
    expect(dialog.get_by_text("不会触发退款动作")).to_be_visible()

    dialog.get_by_role("button", name="强制推进").click()
    expect(dialog.get_by_text("原因至少要 5 个字")).to_be_visible()
    dialog.get_by_label(re.compile("^原因")).fill("加急")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="强制推进").click()
    expect(dialog.get_by_text("原因至少要 5 个字")).to_be_visible()
    assert nodes(house, number) == ["finance"]

    dialog.get_by_label(re.compile("^原因")).fill("大促期间加急,已电话确认")
    dialog.get_by_role("button", name="强制推进").click()
    expect(page.get_by_text("已推进到「运营终审」 · 已记录").first).to_be_visible()
    expect(dialog).to_be_hidden()
    assert nodes(house, number) == ["ops"]


def test_the_drawing_and_the_log_tell_of_the_jump_for_ever(house: House, people: People, story: Story) -> None:
    number = story.orders["stuck"]
    page = people.come("supervisor1").opens(f"/orders/{number}")
    page.get_by_role("link", name=f"{FLOW} v2").click()
    drawing = page.get_by_role("region", name="流程图:走到哪了")
    expect(drawing.get_by_role("button", name=re.compile("^财务复核.*被强制跳过"))).to_be_visible()
    expect(drawing.get_by_role("button", name=re.compile("^运营终审.*当前"))).to_be_visible()
    expect(page.get_by_text("有人工干预")).to_be_visible()
    page.get_by_role("tab", name="干预记录").click()
    record = page.get_by_role("tabpanel", name="干预记录").get_by_role("listitem")
    for told in ("强制推进", "大促期间加急,已电话确认", "财务复核", "运营终审"):
        expect(record).to_contain_text(told)

    page = people.come("auditor1").opens("/audit")
    entry = page.get_by_role("main").get_by_role("listitem").filter(has_text=number)
    for told in ("强制推进", "大促期间加急,已电话确认", "郑督导", "IP 127.0.0.1"):
        expect(entry.first).to_contain_text(told)

    approve(people.come("ops1").opens("/inbox"), number, "")
    page = people.come("cs1").opens(f"/orders/{number}")
    expect(page.get_by_role("region", name="退款").get_by_text("已退款")).to_be_visible()
    assert paid_back(house, number) == [("60.00",)]


def test_a_refund_that_the_provider_refuses_stands_still_and_says_why(
    house: House, people: People, story: Story
) -> None:
    story.orders["refused"] = number = paid_order(house, "100.00")
    house.manage("sandbox", "be", "refuse", "--order", number)
    ask_for_refund(people.come("cs1").opens("/orders"), number, "10.00", "10.0%")
    approve(people.come("ops1").opens("/inbox"), number, "")
    eventually(lambda: incidents(house, number) == ["sandbox.refused"])

    page = people.come("supervisor1").opens("/console")
    page.get_by_label("订单号").fill(number)
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("「原路退款」没能执行")
    row.get_by_role("link").first.click()
    expect(page.get_by_role("button", name="强制推进")).to_be_visible()
    assert paid_back(house, number) == []


def test_a_refused_refund_is_forced_to_its_end_with_a_reason_and_never_without(
    house: House, people: People, story: Story
) -> None:
    number = story.orders["refused"]
    page = people.come("supervisor1").opens(f"/orders/{number}")
    page.get_by_role("link", name=f"{FLOW} v2").click()
    page.get_by_role("button", name="强制推进").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^拒绝退款")).click()
    expect(dialog.get_by_text(re.compile("渠道已收到付款请求,不能再改为驳回"))).to_be_visible()
    expect(dialog.get_by_role("button", name="强制推进")).to_be_disabled()
    dialog.get_by_role("button", name=re.compile("^结束")).click()
    expect(dialog.get_by_text(re.compile("关闭「原路退款」的异常"))).to_be_visible()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="强制推进").click()
    expect(dialog.get_by_text("原因至少要 5 个字")).to_be_visible()
    assert nodes(house, number) == ["refund"]

    dialog.get_by_label(re.compile("^原因")).fill("渠道拒绝退款,已线下转账")
    dialog.get_by_role("button", name="强制推进").click()
    expect(dialog).to_be_hidden()
    drawing = page.get_by_role("region", name="流程图:走到哪了")
    expect(drawing.get_by_role("button", name=re.compile("^原路退款.*被强制跳过"))).to_be_visible()

    page = people.come("auditor1").opens("/audit")
    entry = page.get_by_role("main").get_by_role("listitem").filter(has_text=number)
    for told in ("强制推进", "渠道拒绝退款,已线下转账", "郑督导"):
        expect(entry.first).to_contain_text(told)
    page = people.come("cs1").opens(f"/orders/{number}")
    expect(page.get_by_role("region", name="退款").get_by_text("退款失败")).to_be_visible()
    assert (paid_back(house, number), incidents(house, number)) == ([], [])


def test_at_the_end_every_invariant_holds(house: House, story: Story) -> None:
    eventually(lambda: house.rows("SELECT count(*) FROM workflows_activityjob")[0][0] == 0)
    assert house.invariants()["broken"] == {}
