import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { StopAhead } from "@/api/types";
import { useConnection } from "@/api/connection";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { media } from "@/test/setup";
import { setPreference } from "@/ui/preferences";
import { anInbox, type Inbox, inboxHandlers, problem } from "./inbox.server";
import { aTask, claimOf, decided, pendingTask } from "./tasks.fixture";

let inbox: Inbox;

beforeEach(() => {
  inbox = anInbox(3);
  signedIn(personWith("approver"));
  server.use(...inboxHandlers(inbox));
});

const rows = () => within(screen.getByRole("region", { name: "待办列表" })).getAllByRole("listitem");
const heading = (name: string) => screen.findByRole("heading", { name });

async function open(path = "/inbox") {
  const app = renderApp(path);
  await heading(path.includes("task-2") ? "退款金额 ¥52.00" : "退款金额 ¥51.00");
  await screen.findByRole("button", { name: /同意/ });
  return app;
}

test("a row says amount, share, reason, step and the clock with its consequence", async () => {
  await open();

  const text = rows()[0]!.textContent;

  expect(text).toContain("退款金额 ¥51.00");
  expect(text).toContain("质量问题");
  expect(text).toContain("订单金额 ¥199.00");
  expect(text).toContain("(29.1%)");
  expect(text).toContain("财务复核");
  expect(text).toContain("剩 18 分钟(工作时间)");
  expect(text).toContain("→ 转「部门负责人备选组」");
});

test("approving by keyboard sends the revision, then selects, focuses and speaks the next row", async () => {
  const { user, router } = await open();

  await user.keyboard("a");
  await user.type(screen.getByRole("textbox", { name: "意见(可不填)" }), "凭证齐全{Enter}");

  await heading("退款金额 ¥52.00");
  expect(inbox.sent).toEqual([
    {
      path: "task-1/approve",
      body: { comment: "凭证齐全", revision: 3, undo_seconds: 8 },
      key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    },
  ]);
  expect(router.state.location.pathname).toBe("/inbox/task-2");
  await waitFor(() => expect(document.activeElement?.id).toBe("task-task-2"));
  expect(rows()).toHaveLength(2);
  expect(screen.getByTestId("live-region")).toHaveTextContent(
    "已同意 · 8 秒内可撤销。下一条:退款金额 ¥52.00、财务复核、剩 18 分钟(工作时间)",
  );
});

test("Z takes the last answer back: the toast goes, and the task is there again and open", async () => {
  inbox.holdsFor = 600;
  const { user, router } = await open();
  await user.keyboard("a");
  await user.keyboard("{Enter}");
  await heading("退款金额 ¥52.00");
  const undo = await screen.findByRole("button", { name: /撤销/ });
  expect(undo.parentElement).toHaveTextContent(/^已同意 · \d+ 秒内可撤销/);

  await user.keyboard("z");

  await heading("退款金额 ¥51.00");
  expect(router.state.location.pathname).toBe("/inbox/task-1");
  expect(inbox.sent.map((one) => one.path)).toEqual(["task-1/approve", "task-1/undo"]);
  await waitFor(() => expect(rows()).toHaveLength(3));
  await waitFor(() => expect(screen.queryByRole("button", { name: /撤销/ })).toBeNull());
  expect(await screen.findByRole("button", { name: /驳回/ })).toBeVisible();
  expect(screen.getByTestId("live-region")).toHaveTextContent("已撤销,这条待办回到你这里");
});

test("a task whose answer is held says so and offers only to take it back", async () => {
  inbox.todo = [];
  inbox.held = [pendingTask(aTask(1), "reject", 8)];
  const { user } = renderApp("/inbox/task-1");

  expect(await screen.findByText("已驳回,尚未生效 · 8 秒内可撤销")).toBeVisible();
  const bar = within(screen.getByRole("group", { name: "处理这条待办" }));
  expect(bar.getAllByRole("button").map((button) => button.textContent)).toEqual(["撤销Z", "评论C"]);
  await user.click(bar.getByRole("button", { name: /撤销/ }));

  expect(await screen.findByRole("button", { name: /同意/ })).toBeVisible();
  expect(inbox.sent.map((one) => one.path)).toEqual(["task-1/undo"]);
});

test("who comes too late to take an answer back is told so", async () => {
  inbox.holdsFor = 600;
  const { user } = await open();
  server.use(http.post("*/api/v1/tasks/task-1/undo", () => problem(409, "task.nothing_to_undo")));
  await user.keyboard("a");
  await user.keyboard("{Enter}");
  await heading("退款金额 ¥52.00");

  await user.click(await screen.findByRole("button", { name: /撤销/ }));

  expect(await screen.findByText("已经生效,不能撤销了")).toBeVisible();
});

test("when the time of the task is nearly up the answer counts at once and says so", async () => {
  inbox.hurry = true;
  const { user } = await open();

  await user.keyboard("a");
  await user.keyboard("{Enter}");

  await heading("退款金额 ¥52.00");
  expect(screen.getByTestId("live-region")).toHaveTextContent("已同意 · 时限将到,已立即生效");
  expect(screen.queryByRole("button", { name: /撤销/ })).toBeNull();
});

test("a rejection without a reason is not sent", async () => {
  const { user } = await open();

  await user.keyboard("r");
  const reason = screen.getByRole("textbox", { name: "为什么驳回?发起人会看到" });
  await user.click(screen.getByRole("button", { name: "驳回" }));

  expect(screen.getByRole("alert")).toHaveTextContent("请写明驳回原因");
  expect(reason).toHaveFocus();
  expect(inbox.sent).toEqual([]);

  await user.type(reason, "超过七天{Control>}{Enter}{/Control}");
  await heading("退款金额 ¥52.00");
  expect(inbox.sent.map((one) => [one.path, one.body])).toEqual([
    ["task-1/reject", { comment: "超过七天", revision: 3, undo_seconds: 8 }],
  ]);
});

test("a transfer names a person or a group and never offers oneself", async () => {
  const { user } = await open();

  await user.keyboard("t");
  const choices = await screen.findByRole("group", { name: "人员与组" });
  await within(choices).findByRole("radio", { name: /王芳/ });
  expect(within(choices).queryByRole("radio", { name: /李雷/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "转交" }));
  expect(screen.getByText("请选择一个人或一个组")).toBeVisible();
  await user.click(within(choices).getByRole("radio", { name: /部门负责人备选组/ }));
  await user.click(screen.getByRole("button", { name: "转交给 部门负责人备选组" }));

  await heading("退款金额 ¥52.00");
  expect(inbox.sent.map((one) => [one.path, one.body])).toEqual([
    ["task-1/transfer", { to: { kind: "group", key: "finance-backup" }, revision: 3 }],
  ]);
});

test("who moves a task of others is told whom it leaves, and must say why", async () => {
  inbox.todo = [aTask(1, { actions: ["transfer", "comment"] })];
  const { user } = renderApp("/inbox");
  await user.click(await screen.findByRole("button", { name: /转交/ }));

  expect(screen.getByLabelText("转交给谁?原待办会从现在的处理人那里移走")).toHaveFocus();
  expect(screen.getByLabelText("说明(会写入操作日志)")).toBeRequired();
});

test("work that somebody does for another person says so in the list and in the task", async () => {
  const behalf = { key: "lilei", name: "李雷" };
  const seat = {
    kind: "user" as const,
    key: "finance1",
    name: { zh: "王芳", en: "Wang Fang" },
    on_behalf_of: behalf,
  };
  inbox.todo = [aTask(1, { candidates: [seat] })];
  await open();

  expect(rows()[0]).toHaveTextContent("代 李雷 处理");
  expect(screen.getByText("在等:王芳(代 李雷 处理)")).toBeVisible();
});

test("a row says until when its clock is paused and what happens then, the task also why", async () => {
  inbox.todo = [aTask(1, { paused_until: new Date(Date.now() + 48 * 3_600_000).toISOString() })];
  await open();

  const [row] = rows();
  expect(row).toHaveTextContent(/计时暂停到 \d\d-\d\d \d\d:\d\d→ 转「部门负责人备选组」/);
  expect(screen.getByRole("region", { name: "待办详情" })).toHaveTextContent(/计时暂停到 .*\(非工作时间\)/);
});

test("a comment stays on the task and is shown in its activity", async () => {
  const { user, router } = await open();

  await user.keyboard("c");
  await user.type(screen.getByRole("textbox", { name: "评论" }), "请补充照片");
  await user.click(screen.getByRole("button", { name: "发表评论" }));

  expect(await screen.findByText("请补充照片")).toBeVisible();
  expect(router.state.location.pathname).toBe("/inbox/task-1");
  expect(rows()).toHaveLength(3);
  expect(screen.getByRole("button", { name: /同意/ })).toBeVisible();
});

test("when somebody was faster the page says who and when, and the row stays until the person moves on", async () => {
  const { user } = await open();
  server.use(
    http.post("*/api/v1/tasks/task-1/approve", () => {
      inbox.todo = inbox.todo.filter((task) => task.id !== "task-1");
      inbox.done = [decided(aTask(1), "王芳", "approved")];
      return problem(409, "task.already_decided", {
        decided_by: "王芳",
        decided_at: new Date().toISOString(),
        outcome: "approved",
      });
    }),
  );

  await user.keyboard("a");
  await user.keyboard("{Enter}");

  expect(await screen.findByText(/王芳 同意了这一单/)).toBeVisible();
  expect(rows()).toHaveLength(3);
  await waitFor(() => expect(screen.queryByRole("group", { name: "处理这条待办" })).toBeNull());
  await user.click(screen.getByRole("button", { name: "下一条" }));
  await heading("退款金额 ¥52.00");
  await waitFor(() => expect(rows()).toHaveLength(2), { timeout: 6_000 });
});

test("a changed task is shown anew and what was typed stays", async () => {
  const { user } = await open();
  server.use(http.post("*/api/v1/tasks/task-1/approve", () => problem(409, "task.revision_conflict")));

  await user.keyboard("a");
  await user.type(screen.getByRole("textbox", { name: "意见(可不填)" }), "看过{Enter}");

  expect(await screen.findByRole("alert")).toHaveTextContent("这条待办刚刚有变化,请看过最新内容再决定");
  expect(screen.getByRole("textbox", { name: "意见(可不填)" })).toHaveValue("看过");
});

test("a lost answer is asked for again under the same key", async () => {
  const { user } = await open();
  const keys: (string | null)[] = [];
  server.use(
    http.post(
      "*/api/v1/tasks/task-1/approve",
      ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        return HttpResponse.error();
      },
      { once: true },
    ),
  );

  await user.keyboard("a");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("网络连不上服务器");
  await user.keyboard("{Enter}");

  await heading("退款金额 ¥52.00");
  expect(inbox.sent[0]?.key).toBe(keys[0]);
});

test("J and K walk the list, and Enter goes into the task", async () => {
  const { user, router } = await open();

  await user.keyboard("jj");
  await heading("退款金额 ¥53.00");
  await user.keyboard("k");
  await heading("退款金额 ¥52.00");
  expect(router.state.location.pathname).toBe("/inbox/task-2");
  await waitFor(() => expect(document.activeElement?.id).toBe("task-task-2"));
  await user.keyboard("{Enter}");

  expect(document.activeElement?.id).toBe("task-heading");
});

test("whoever types fast approves the next task before the rest of it has loaded", async () => {
  const { user } = await open();
  server.use(http.get("*/api/v1/tasks/task-2", () => new Promise<never>(() => undefined)));

  await user.keyboard("jaok{Enter}");

  await heading("退款金额 ¥53.00");
  expect(inbox.sent.map((one) => [one.path, one.body])).toEqual([
    ["task-2/approve", { comment: "ok", revision: 3, undo_seconds: 8 }],
  ]);
});

test("why me, why not me: each line of the assignment is a sentence, with the rule that said it", async () => {
  const about = (code: string, key: string, params: Record<string, unknown> = {}) => ({
    code,
    kind: "user",
    key,
    name: { zh: key, en: key },
    params,
  });
  const lines = [
    about("assigned.pool", "财务部", { members: ["李雷", "王芳"], count: 2 }),
    about("skipped.unavailable", "王芳"),
    about("assigned.delegate", "赵敏", { owner: "李雷" }),
    about("skipped.delegate", "王芳", { owner: "李雷", reason: "voted" }),
  ];
  inbox.todo[0] = aTask(1, { trace: [{ at: new Date().toISOString(), cause: "opened", lines }] });
  const { user } = await open();

  await user.click(await screen.findByText("为什么是这些人"));

  const told = within(document.getElementById("task-why")!).getAllByRole("listitem");
  expect(told.map((line) => line.textContent)).toEqual([
    "找人财务部,有 2 人可审:李雷、王芳",
    "离线王芳 现在不能处理",
    "委托赵敏 代 李雷 处理",
    "委托代理人 王芳 已表态,仍由 李雷 处理",
  ]);
  expect(within(told[1]!).getByRole("img", { name: "未选中" })).toBeVisible();
});

test("who gets it next: each step ahead with its people, and where the way is a guess", async () => {
  const stop = (node: string, change: Partial<StopAhead> = {}): StopAhead => ({
    node,
    name: { zh: node, en: node },
    type: "approval",
    visit: 1,
    is_current: false,
    turns: [],
    is_undecided: false,
    until: null,
    stands: false,
    failure: null,
    awaits_choice: false,
    ...change,
  });
  const seat = (key: string) => ({ kind: "user" as const, key, name: { zh: key, en: key } });
  inbox.ahead = {
    ending: "completed",
    is_cut_off: false,
    stops: [
      stop("财务复核", { is_current: true, turns: [[seat("李雷"), seat("王芳")], [seat("赵敏")]] }),
      stop("大额?", { type: "exclusive", is_undecided: true }),
      stop("结束", { type: "end" }),
    ],
  };
  await open();

  const path = await screen.findByRole("region", { name: "接下来会给谁" });

  expect(
    within(path)
      .getAllByRole("listitem")
      .map((one) => one.textContent),
  ).toEqual(["现在财务复核李雷、王芳 → 赵敏", "之后大额?缺少数据,条件还无法判断,以下是推测", "之后结束"]);
});

test("a digit says a frequent comment while nothing is written, later it is a digit", async () => {
  const { user } = await open();
  await user.keyboard("a");
  const field = screen.getByRole("textbox", { name: "意见(可不填)" });

  await user.keyboard("3");
  expect(field).toHaveValue("凭证齐全,同意");
  await user.keyboard("2");
  expect(field).toHaveValue("凭证齐全,同意2");

  setPreference({ singleKeys: false });
  await user.clear(field);
  await user.keyboard("3");
  expect(field).toHaveValue("3");
});

test("D leads to where the run stands", async () => {
  const { user } = await open();

  await user.keyboard("d");

  expect(document.activeElement?.textContent).toBe("到哪了");
});

test("a search keeps the open task while it is found, and else opens the first that is", async () => {
  const { user, router } = await open("/inbox/task-2");
  const field = screen.getByRole("textbox", { name: "搜索待办" });

  await user.type(field, "ORD-2");
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(router.state.location.pathname + router.state.location.search).toBe("/inbox/task-2?q=ORD-2");

  await user.clear(field);
  await waitFor(() => expect(rows()).toHaveLength(3));
  expect(router.state.location.pathname).toBe("/inbox/task-2");

  await user.type(field, "ORD-3");
  await heading("退款金额 ¥53.00");
  expect(rows()).toHaveLength(1);
  expect(router.state.location.pathname).toBe("/inbox/task-3");

  await user.type(field, "9");
  expect(await screen.findByText("没有符合「ORD-39」的待办")).toBeVisible();
  expect(router.state.location.pathname).toBe("/inbox");
});

test("single keys do nothing while typing, while an input method composes, or when they are switched off", async () => {
  const { user, router } = await open();

  await user.type(screen.getByRole("textbox", { name: "搜索待办" }), "a");
  expect(screen.queryByRole("form", { name: "同意" })).toBeNull();
  await user.clear(screen.getByRole("textbox", { name: "搜索待办" }));
  (document.activeElement as HTMLElement).blur();
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "a", keyCode: 229 } as KeyboardEventInit));
  expect(screen.queryByRole("form", { name: "同意" })).toBeNull();
  setPreference({ singleKeys: false });
  await user.keyboard("ja");

  expect(screen.queryByRole("form", { name: "同意" })).toBeNull();
  expect(router.state.location.pathname).toBe("/inbox/task-1");
});

test("a task that is not mine to decide offers only what the server allows", async () => {
  inbox.todo = [aTask(1, { actions: ["comment"] })];
  renderApp("/inbox");

  const bar = await screen.findByRole("group", { name: "处理这条待办" });

  expect(
    within(bar)
      .getAllByRole("button")
      .map((button) => button.textContent),
  ).toEqual(["评论C"]);
});

test("an empty inbox tells a first visit from a day's work done", async () => {
  inbox.todo = [];
  const first = renderApp("/inbox");
  expect(await screen.findByText("还没有待办")).toBeVisible();
  first.unmount();
  inbox.done = [decided(aTask(8), "李雷", "approved"), decided(aTask(9), "李雷", "rejected")];

  renderApp("/inbox");

  expect(await screen.findByText("全部处理完了")).toBeVisible();
  expect(screen.getByText("今天你处理了 2 条")).toBeVisible();
});

test("a search without a match names the search and offers the way back", async () => {
  renderApp("/inbox?q=NOPE");

  expect(await screen.findByText("没有符合「NOPE」的待办")).toBeVisible();
  expect(screen.getByRole("link", { name: "清除搜索" })).toHaveAttribute("href", "/inbox");
});

test("a list that cannot be loaded says why, with a number for support, and can be asked for again", async () => {
  server.use(http.get("*/api/v1/tasks", () => problem(500, "server.error"), { once: true }));
  const { user } = renderApp("/inbox");

  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("服务器出错了");
  expect(alert).toHaveTextContent("8F3A");
  await user.click(within(alert).getByRole("button", { name: "重试" }));

  expect(await heading("退款金额 ¥51.00")).toBeVisible();
});

test("offline, decisions are held back in words", async () => {
  await open();

  useConnection.setState({ state: "offline" });

  expect(await screen.findByText("审批操作需联网")).toBeVisible();
  expect(screen.getByText("已离线。草稿会继续保存在本机,审批操作需联网")).toBeVisible();
  expect(screen.getByRole("button", { name: /同意/ })).toBeDisabled();
});

test("on a phone the list gives way to the task, and an act leads back to the list", async () => {
  media.matches = (query) => query.includes("max-width: 767px");
  const { user, router } = renderApp("/inbox");
  await user.click(await screen.findByRole("link", { name: /¥52\.00/ }));

  expect(await screen.findByRole("heading", { level: 1, name: "退款金额 ¥52.00" })).toBeVisible();
  expect(screen.queryByRole("region", { name: "待办列表" })).toBeNull();
  expect(screen.queryByRole("navigation", { name: "主导航" })).toBeNull();
  await user.click(await screen.findByRole("button", { name: /同意/ }));
  await user.click(screen.getByRole("button", { name: "同意" }));

  await screen.findByRole("region", { name: "待办列表" });
  expect(router.state.location.pathname).toBe("/inbox");
  await waitFor(() => expect(rows()).toHaveLength(2));
});

test("a task of a group is claimed at once, says so in the row, and is given back by the same key", async () => {
  inbox.todo = [aTask(1, { actions: ["approve", "claim", "comment"] }), aTask(2)];
  const { user, router } = await open();

  await user.keyboard("l");

  expect(await screen.findAllByText("你已认领")).toHaveLength(2);
  expect(rows()[0]).toHaveTextContent("你已认领");
  expect(router.state.location.pathname).toBe("/inbox/task-1");
  expect(screen.getByTestId("live-region")).toHaveTextContent("已认领,同组其他人暂时不能处理");
  await screen.findByRole("button", { name: /释放/ });
  await user.keyboard("l");

  expect(await screen.findByRole("button", { name: /认领/ })).toBeVisible();
  expect(inbox.sent.map((one) => [one.path, one.body])).toEqual([
    ["task-1/claim", { revision: 3 }],
    ["task-1/release", { revision: 3 }],
  ]);
});

test("a task that a colleague has claimed names them and offers nothing to decide", async () => {
  const finance = { ...aTask(1).candidates[0]!, claimed_by: claimOf("finance2", "王芳") };
  inbox.todo = [aTask(1, { candidates: [finance], actions: ["comment"] })];
  renderApp("/inbox");

  const bar = await screen.findByRole("group", { name: "处理这条待办" });
  expect(screen.getAllByText("王芳 已认领")).toHaveLength(2);
  expect(within(bar).queryByRole("button", { name: /同意/ })).toBeNull();
});

test("a supervisor says why somebody else's claim is released", async () => {
  const finance = { ...aTask(1).candidates[0]!, claimed_by: claimOf("finance2", "王芳") };
  inbox.todo = [aTask(1, { candidates: [finance], actions: ["transfer", "release", "remind", "comment"] })];
  const { user } = renderApp("/inbox");
  await user.click(await screen.findByRole("button", { name: /释放/ }));
  const form = within(screen.getByRole("form", { name: "释放" }));

  await user.click(form.getByRole("button", { name: "释放" }));
  expect(form.getByRole("alert")).toHaveTextContent("请写明释放原因");
  expect(inbox.sent).toEqual([]);
  await user.type(form.getByRole("textbox"), "王芳 请假{Enter}");

  await waitFor(() =>
    expect(inbox.sent.map((one) => one.body)).toEqual([{ revision: 3, comment: "王芳 请假" }]),
  );
});

test("a reminder may be urgent, and what the server refuses is said in words", async () => {
  inbox.todo = [aTask(1, { actions: ["remind", "comment"] })];
  const { user } = renderApp("/inbox");
  await user.click(await screen.findByRole("button", { name: /催办/ }));
  server.use(http.post("*/api/v1/tasks/task-1/remind", () => problem(409, "task.off_hours"), { once: true }));
  await user.click(screen.getByRole("button", { name: "催办" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("处理人现在不在工作时间;确实紧急请勾选「加急」");
  expect(await axeViolations()).toEqual([]);

  await user.click(screen.getByRole("checkbox", { name: /加急/ }));
  await user.click(screen.getByRole("button", { name: "催办" }));

  await waitFor(() => expect(inbox.sent.map((one) => one.body)).toEqual([{ urgent: true }]));
  expect(screen.getByTestId("live-region")).toHaveTextContent("已催办");
});

test("the inbox has no violations that axe can see, with each form open", async () => {
  const { user } = await open();
  expect(await axeViolations()).toEqual([]);

  for (const key of ["a", "r", "t", "c"]) {
    await user.keyboard(key);
    expect(await axeViolations()).toEqual([]);
    await user.keyboard("{Escape}");
  }
});
