import { configure, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Letter } from "@/api/types";
import { setLanguage } from "@/i18n";
import { axeViolations } from "@/test/axe";
import { person, personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { media } from "@/test/setup";
import { aFailedRun, ago, aHistory, anEntry, aRun, aTask } from "./console.fixture";
import { consoleHandlers, type House, NOTHING_AHEAD, problem } from "./console.server";

// A busy machine draws a page with a dialog and its diagram in seconds, not in a second.
configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 40_000 });

let house: House;

beforeAll(async () => {
  await import("./instance/InstancePage");
});

beforeEach(() => {
  house = {
    runs: [aRun(1), aFailedRun(2)],
    history: aHistory(),
    audit: [],
    ahead: NOTHING_AHEAD,
    reasons: [],
    letters: [],
    asked: [],
    previews: [],
    applied: [],
    effects: [
      { kind: "cancels_task", node: "finance", params: {} },
      { kind: "skips_node", node: "finance", params: { effect: false } },
      { kind: "enters_node", node: "ops", params: {} },
    ],
    stale: 0,
  };
  signedIn(personWith("supervisor"));
  server.use(...consoleHandlers(house));
});

const row = (name: string) => screen.findByRole("row", { name: new RegExp(name) });

test("a row says what it is about, where it stands and why", async () => {
  renderApp("/console");

  const waiting = await row("ORD202601");
  const failed = await row("ORD202602");

  expect(waiting).toHaveTextContent("ORD202601 · ¥58.00");
  expect(waiting).toHaveTextContent("小额退款直通 v2");
  expect(waiting).toHaveTextContent("等财务组处理");
  expect(waiting).toHaveTextContent("30 分钟");
  await waitFor(() => expect(failed).toHaveTextContent("「原路退款」没能执行:支付渠道拒绝了这笔退款"));
  expect(within(failed).getByRole("link", { name: "重试动作" })).toHaveAttribute(
    "href",
    "/console/run-2?do=retry",
  );
  expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
  expect(await axeViolations()).toEqual([]);
});

test("a task past its due time is said to be overdue, with how long", async () => {
  house.runs = [aRun(1, { tasks: [aTask({ due_at: ago(42) })] })];

  renderApp("/console");

  expect(await row("ORD202601")).toHaveTextContent("财务组已超时 42 分钟没有处理");
});

test("cards count what is stuck, filter by key, and the address holds the filter", async () => {
  const { user, router } = renderApp("/console");
  await row("ORD202601");
  expect(screen.getByRole("button", { name: /动作失败/ })).toHaveTextContent("1");
  expect(screen.getByRole("button", { name: /无人处理/ })).toHaveTextContent("0");

  await user.keyboard("2");

  await waitFor(() => expect(screen.queryByRole("row", { name: /ORD202601/ })).toBeNull());
  expect(await row("ORD202602")).toBeVisible();
  expect(router.state.location.search).toBe("?view=failed");
  expect(screen.getByRole("button", { name: /动作失败/ })).toHaveAttribute("aria-pressed", "true");
});

test("J and K move the focus over the rows and Enter opens one", async () => {
  const { user, router } = renderApp("/console");
  await row("ORD202602");

  await user.keyboard("jjk{Enter}");

  await waitFor(() => expect(router.state.location.pathname).toBe("/console/run-1"));
});

test("a search that finds nothing names the filter and offers to clear it", async () => {
  const { user, router } = renderApp("/console?q=NOPE");

  await screen.findByText("「进行中」里没有符合条件的单");
  await user.click(screen.getByRole("button", { name: "清除筛选" }));

  expect(await row("ORD202601")).toBeVisible();
  await waitFor(() => expect(router.state.location.search).toBe(""));
  expect(screen.getByRole("searchbox", { name: "订单号" })).toHaveValue("");
  await new Promise((rested) => setTimeout(rested, 500)); // longer than a box waits before it asks for its text
  expect(router.state.location.search).toBe("");
});

test("nothing stuck is good news", async () => {
  house.runs = [aRun(1)];

  renderApp("/console?view=stuck");

  expect(await screen.findByText("没有停滞的单")).toBeVisible();
});

test("a refusal says who may look, a failure offers another try", async () => {
  server.use(http.get("*/api/v1/instances", () => problem(403, "role.missing")));
  const view = renderApp("/console");
  const refused = await screen.findByRole("alert");
  expect(refused).toHaveTextContent("你没有权限看这里换一个有权限的账号,或请管理员给你开通");
  view.unmount();

  server.use(http.get("*/api/v1/instances", () => problem(500, "http.500")));
  renderApp("/console");

  expect(await screen.findByRole("button", { name: "重试" })).toBeVisible();
});

const LETTER: Letter = {
  ...{ id: 7, status: "dead", name: "parcel.arrived", key: "ORD-1", payload: { kg: "heavy" } },
  ...{ sent_by: { id: "3", name: "Carrier" }, sent_at: ago(90), until: ago(-600), died_at: ago(60) },
  ...{
    instance: "r1",
    code: "message.payload_unfit",
    reason: "Expected a message with a decimal, found a record.",
  },
};

test("a message that no run could take is corrected and sent again, with a reason", async () => {
  house.letters = [LETTER];
  const { user } = renderApp("/console");

  const letters = await screen.findByRole("region", { name: "流程收不下的消息" });
  expect(within(letters).getByText("内容与流程的字段不符")).toBeVisible();
  expect(within(letters).getByRole("link", { name: "在等的流程" })).toHaveAttribute("href", "/console/r1");
  await user.click(within(letters).getByRole("button", { name: "重新发送:parcel.arrived · ORD-1" }));
  const dialog = await screen.findByRole("dialog");
  const send = within(dialog).getByRole("button", { name: "重新发送" });
  expect(send).toBeDisabled();
  fireEvent.change(within(dialog).getByLabelText(/原因/), { target: { value: "秤写成了文字" } });
  await user.click(send);
  expect(await within(dialog).findByText("内容与流程的字段不符")).toBeVisible();
  fireEvent.change(within(dialog).getByLabelText("内容(JSON)"), { target: { value: '"1.2' } });
  expect(within(dialog).getByText("不是有效的 JSON")).toBeVisible();
  expect(send).toBeDisabled();
  fireEvent.change(within(dialog).getByLabelText("内容(JSON)"), { target: { value: '"1.20"' } });
  await user.click(send);

  await waitFor(() => expect(screen.queryByRole("region", { name: "流程收不下的消息" })).toBeNull());
  expect(house.applied.at(-1)).toEqual({
    path: "messages/7/requeue",
    body: { reason: "秤写成了文字", payload: "1.20" },
  });
});

test("an auditor sees messages that no run could take and changes nothing", async () => {
  signedIn(personWith("auditor"));
  house.letters = [LETTER];
  renderApp("/console");

  const letters = await screen.findByRole("region", { name: "流程收不下的消息" });

  expect(within(letters).queryByRole("button")).toBeNull();
});

test("on a phone a run is a card", async () => {
  media.matches = (query) => query.includes("max-width");

  renderApp("/console");

  const link = await screen.findByRole("link", { name: "ORD202601 · ¥58.00" });
  expect(screen.queryByRole("table")).toBeNull();
  expect(link.closest("li")).toHaveTextContent("等财务组处理");
  expect(await axeViolations()).toEqual([]);
});

test("the timeline tells facts as sentences, with the numbers of a condition and the source", async () => {
  renderApp("/console/run-1");

  const panel = await screen.findByRole("tabpanel", { name: "时间线" });
  await within(panel).findByText("提交申请,流程开始");

  expect(panel).toHaveTextContent("「小额退款?」判断后走向「财务复核」");
  expect(panel).toHaveTextContent("小额直通¥58.00 < ¥199.00 × 0.2 = ¥39.80✗不成立");
  expect(panel).toHaveTextContent("「财务复核」超时未处理,从 财务组 转给 部门负责人备选组");
  expect(panel).toHaveTextContent("系统 · 由 周客服 引起");
  expect(await axeViolations()).toEqual([]);
});

test("the timeline can be narrowed to what people did", async () => {
  const { user } = renderApp("/console/run-1");
  const panel = await screen.findByRole("tabpanel", { name: "时间线" });
  await within(panel).findByText("提交申请,流程开始");

  await user.click(within(panel).getByText("人的操作"));

  expect(within(panel).getAllByRole("listitem")).toHaveLength(1);
  expect(panel).toHaveTextContent("提交申请,流程开始");
});

test("data, people and interventions have their tabs; only those who may see the log get the last one", async () => {
  house.audit = [anEntry()];
  const { user, unmount } = renderApp("/console/run-1");
  await screen.findByRole("heading", { name: "ORD202601 · ¥58.00" });

  await user.click(screen.getByRole("tab", { name: "数据" }));
  expect(await screen.findByText("张三 138****8000")).toBeVisible();
  // The flow does not declare it: its name comes from the event that brought it.
  const number = await screen.findByText("下单编号");
  expect(number.closest("div")).toHaveTextContent("下单编号orderNoORD202601");
  await user.click(screen.getByRole("tab", { name: "处理人" }));
  const people = await screen.findByRole("tabpanel", { name: "处理人" });
  expect(people).toHaveTextContent("等待 财务组");
  expect(within(people).getByRole("link", { name: "打开待办,可转交或评论" })).toHaveAttribute(
    "href",
    "/inbox/task-1",
  );
  await user.click(screen.getByRole("tab", { name: "干预记录" }));
  expect(await screen.findByRole("tabpanel", { name: "干预记录" })).toHaveTextContent(
    "财务复核 → 变为运营终审",
  );
  unmount();

  signedIn(person({ id: 7, roles: ["requester"] }));
  house.runs = [aRun(1, { can: [] })];
  renderApp("/console/run-1");
  await screen.findByRole("tab", { name: "处理人" });
  expect(screen.queryByRole("tab", { name: "干预记录" })).toBeNull();
  expect(screen.queryByRole("button", { name: "强制推进" })).toBeNull();
  // The monitor is no place of theirs: the trail names it and does not lead there.
  const trail = screen.getByRole("navigation", { name: "当前位置" });
  expect(within(trail).getByText("异常监控")).toBeVisible();
  expect(within(trail).queryByRole("link")).toBeNull();
});

test("the people of a run come with why them and not others, in sentences", async () => {
  const away = {
    kind: "user",
    key: "f1",
    name: { zh: "李雷", en: "Li Lei" },
    code: "skipped.away",
    params: {},
  };
  const apart = { ...away, code: "skipped.apart", params: { step: "ops", people: ["韩梅梅"] } };
  house.reasons = [
    { task: "task-1", trace: [{ at: new Date().toISOString(), cause: "timeout", lines: [away, apart] }] },
  ];
  const { user } = renderApp("/console/run-1");
  await user.click(await screen.findByRole("tab", { name: "处理人" }));

  await user.click(await screen.findByText("为什么是这些人"));

  const told = screen.getByText("为什么是这些人").closest("details")!;
  const lines = within(told).getAllByRole("listitem");
  expect(lines.map((line) => line.textContent)).toEqual([
    "离线李雷 现在不在",
    "职责分离韩梅梅 审过「运营终审」,不能再审这一步",
  ]);
  expect(screen.getByText("超时时")).toBeVisible();
});

async function openForce() {
  const app = renderApp("/console/run-1");
  await screen.findByRole("heading", { name: "ORD202601 · ¥58.00" });
  await app.user.keyboard("p");
  const dialog = await screen.findByRole("dialog", { name: /强制推进 · ORD202601/ });
  return { ...app, dialog };
}

const act = (dialog: HTMLElement) => within(dialog).getByRole("button", { name: "强制推进" });

test("force-advance shows what will happen, asks for a reason and does exactly what was shown", async () => {
  const { user, dialog } = await openForce();
  expect(act(dialog)).toBeDisabled();

  await user.click(within(dialog).getByRole("button", { name: /^运营终审/ }));
  expect(await within(dialog).findByText("取消「财务复核」的待办,财务组不用再处理")).toBeVisible();
  expect(dialog).toHaveTextContent("跳过「财务复核」");
  expect(dialog).toHaveTextContent("进入「运营终审」");
  expect(dialog).toHaveTextContent("不会触发退款动作");
  expect(await axeViolations(dialog)).toEqual([]);

  await user.click(act(dialog));
  const reason = within(dialog).getByRole("textbox", { name: "原因(必填,会写入操作日志)" });
  expect(reason).toHaveFocus();
  expect(dialog).toHaveTextContent("原因至少要 5 个字");
  await user.type(reason, "  加急  ");
  await user.click(within(dialog).getByRole("checkbox"));
  await user.click(act(dialog));
  expect(house.applied).toEqual([]);

  await user.type(reason, "处理一下");
  await user.click(act(dialog));

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(house.previews).toEqual([{ path: "run-1/force-advance", body: { target: "ops" } }]);
  expect(house.applied).toEqual([
    { path: "run-1/force-advance", body: { token: "token-1", reason: "加急  处理一下" } },
  ]);
  expect(await screen.findAllByText("已推进到「运营终审」 · 已记录")).not.toHaveLength(0);
});

test("a stale preview is taken anew and must be acknowledged again", async () => {
  house.stale = 1;
  const { user, dialog } = await openForce();
  await user.click(within(dialog).getByRole("button", { name: /^运营终审/ }));
  await within(dialog).findByText("进入「运营终审」");
  await user.click(within(dialog).getByRole("button", { name: "大促期间加急处理" }));
  await user.click(within(dialog).getByRole("checkbox"));

  await user.click(act(dialog));

  expect(await within(dialog).findByText("状态已变化,请重新确认")).toBeVisible();
  await waitFor(() => expect(house.previews).toHaveLength(2));
  expect(within(dialog).getByRole("checkbox")).not.toBeChecked();
  await within(dialog).findByText("进入「运营终审」");
  await user.click(within(dialog).getByRole("checkbox"));
  await user.click(act(dialog));
  await waitFor(() => expect(house.applied).toHaveLength(2));
  expect(house.applied[1]?.body).toEqual({ token: "token-2", reason: "大促期间加急处理" });
});

test("money is red, named, and needs the last digits of the order", async () => {
  house.effects = [{ kind: "runs_effect", node: "refund", params: {} }];
  const { user, dialog } = await openForce();
  await user.click(within(dialog).getByRole("button", { name: /^原路退款/ }));
  const line = await within(dialog).findByText("将执行「原路退款」¥58.00,不可撤销");
  expect(line.closest("li")).toHaveAttribute("data-tone", "danger");
  await user.click(within(dialog).getByRole("button", { name: "大促期间加急处理" }));
  await user.click(within(dialog).getByRole("checkbox"));

  await user.click(act(dialog));
  expect(house.applied).toEqual([]);
  const proof = within(dialog).getByRole("textbox", { name: /后 4 位/ });
  expect(proof).toHaveFocus();
  await user.type(proof, "2601");
  await user.click(act(dialog));

  await waitFor(() => expect(house.applied).toHaveLength(1));
});

test("a target that is refused says why and cannot be applied", async () => {
  server.use(
    http.post("*/api/v1/instances/:id/force-advance/preview", () => problem(403, "force.own_request")),
  );
  const { user, dialog } = await openForce();

  await user.click(within(dialog).getByRole("button", { name: /^运营终审/ }));

  expect(await within(dialog).findByText("不能干预自己发起的申请,请另一位主管处理")).toBeVisible();
  expect(act(dialog)).toBeDisabled();
});

test("the list leads straight to retrying a failed action", async () => {
  house.effects = [{ kind: "enters_node", node: "refund", params: {} }];
  const { user, router } = renderApp("/console/run-2?do=retry");
  const dialog = await screen.findByRole("dialog", { name: /重试动作/ });
  await within(dialog).findByText("进入「原路退款」");
  await user.type(within(dialog).getByRole("textbox"), "渠道已恢复正常");
  await user.click(within(dialog).getByRole("checkbox"));

  await user.click(within(dialog).getByRole("button", { name: "重试动作" }));

  await waitFor(() => expect(house.applied).toHaveLength(1));
  expect(house.previews).toEqual([{ path: "run-2/retry", body: { incident: "incident-1" } }]);
  expect(house.applied[0]?.body).toEqual({ token: "token-1", reason: "渠道已恢复正常" });
  expect(router.state.location.search).toBe("");
});

test("the audit log shows who, from where, before and after, why, and the hash", async () => {
  house.audit = [anEntry()];

  renderApp("/audit?action=instance.force-advance");

  const entry = (await screen.findByText("大促期间加急处理")).closest("li")!;
  expect(entry).toHaveTextContent("强制推进");
  expect(entry).toHaveTextContent("ORD202601 · ¥58.00");
  await waitFor(() => expect(entry).toHaveTextContent("所在步骤财务复核 → 变为运营终审"));
  expect(within(entry).getByText("财务复核")).toHaveAttribute("title", "finance");
  expect(within(entry).getByRole("link", { name: "小额退款直通 v2" })).toHaveAttribute(
    "href",
    "/flows/def-1/versions",
  );
  expect(entry).toHaveTextContent("郑督导IP 10.0.0.8#1031642cf79");
  expect(house.asked).toContain("?action=instance.force-advance&limit=50");
  expect(await axeViolations()).toEqual([]);
});

test("everything is said in English as well", async () => {
  signedIn(person({ roles: ["supervisor"], language: "en" }));
  await setLanguage("en");

  renderApp("/console");

  expect(await screen.findByRole("heading", { name: "Monitor" })).toBeVisible();
  expect(await row("ORD202601")).toHaveTextContent("Waiting for Finance");
});

test("more pages are asked for by cursor", async () => {
  const seen: (string | null)[] = [];
  server.use(
    http.get("*/api/v1/instances", ({ request }) => {
      const { searchParams } = new URL(request.url);
      if (searchParams.get("stuck")) return HttpResponse.json({ results: [], next: null });
      const cursor = searchParams.get("cursor");
      seen.push(cursor);
      return HttpResponse.json({ results: [aRun(cursor ? 3 : 1)], next: cursor ? null : "page-2" });
    }),
  );
  const { user } = renderApp("/console");
  await row("ORD202601");

  await user.click(screen.getByRole("button", { name: "继续加载" }));

  expect(await row("ORD202603")).toBeVisible();
  expect(seen).toEqual([null, "page-2"]);
});

test("a run shows the run that called it, and those that it called", async () => {
  const packing = { id: "def-2", key: "packing", title: { zh: "打包", en: "Packing" } };
  const called = (item: number, status: "running" | "completed", incidents = 0) => ({
    instance: `run-${String(item + 10)}`,
    definition: packing,
    version: 3,
    status,
    node: "finance",
    visit: 1,
    token: 1,
    item,
    waits: true,
    incidents,
  });
  house.runs = [
    aRun(1, {
      tokens: [
        { token: 1, node: "finance", visit: 1, since: ago(30), awaits: "runs", due_at: null, line: null },
      ],
      tasks: [],
      caller: {
        instance: "run-9",
        definition: { id: "def-3", key: "orders", title: { zh: "订单", en: "Order" } },
        version: 1,
        node: "each",
        visit: 1,
        item: 2,
        waits: true,
      },
      called: [called(0, "completed"), called(1, "running", 2)],
    }),
  ];
  const { user } = renderApp("/console/run-1");

  const caller = await screen.findByRole("link", { name: "由「订单」调用,第 3 项" });
  expect(caller).toHaveAttribute("href", "/console/run-9");
  expect(screen.getByText("在「财务复核」等它调用的子流程")).toBeInTheDocument();
  await user.click(screen.getByRole("tab", { name: "子流程" }));

  expect(await screen.findByText("财务复核:共 2 个,已完成 1 个")).toBeInTheDocument();
  const list = within(screen.getByRole("list", { name: "「财务复核」调用的子流程" }));
  expect(list.getByRole("link", { name: "第 2 项 · 打包 v3" })).toHaveAttribute("href", "/console/run-11");
  expect(list.getByText("2 个异常")).toBeInTheDocument();
});
