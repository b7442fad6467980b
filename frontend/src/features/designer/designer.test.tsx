import { configure, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { GraphChange, Problem } from "@/api/types";
import { branchesOf, nodeOf, outgoing } from "@/graph/document";
import { refundGraph } from "@/graph/graphs.fixture";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { media } from "@/test/setup";
import { flowHandlers, type FlowServer, flowServer } from "./server.fixture";

// The screen is large: asking jsdom what is visible at every look-up would take most of the time.
configure({ defaultHidden: true });

let flow: FlowServer;

/** Writes a whole text at once, as pasting does. */
function fill(field: HTMLElement, text: string): void {
  fireEvent.change(field, { target: { value: text } });
}

const isChoice = (node: { type: string }): boolean => node.type === "event_choice";

const tools = () => within(screen.getByRole("toolbar"));

function serve(change: Partial<FlowServer> = {}): void {
  flow = flowServer(change);
  server.use(...flowHandlers(flow));
}

beforeEach(() => {
  signedIn(personWith("designer"));
  serve();
});

async function openDesigner() {
  const app = renderApp("/flows/f1");
  await screen.findByRole("heading", { level: 1, name: "小额退款直通" });
  return app;
}

async function outlineItem(name: RegExp): Promise<HTMLElement> {
  const tree = await screen.findByRole("tree");
  return within(tree).findByRole("treeitem", { name });
}

test("the list says which version is live and opens the flow", async () => {
  const { user, router } = renderApp("/flows");

  const row = (await screen.findByRole("row", { name: /小额退款直通/ })) as HTMLTableRowElement;
  expect(within(row).getByText("已发布 v1")).toBeVisible();
  await user.click(within(row).getByRole("link", { name: "小额退款直通" }));

  await waitFor(() => expect(router.state.location.pathname).toBe("/flows/f1"));
});

test("the list says when no event starts a flow any more", async () => {
  serve({ asleep: true });
  renderApp("/flows");

  const row = await screen.findByRole("row", { name: /小额退款直通/ });
  expect(row).toHaveTextContent("已发布 v1现在没有事件启动它");
});

test("the list says what becomes live and when, and what waits for a second person", async () => {
  serve({ planned: { version: 2, effective_at: "2099-01-01T08:00:00Z" }, askedToPublish: true });
  renderApp("/flows");

  const row = await screen.findByRole("row", { name: /小额退款直通/ });
  expect(row).toHaveTextContent(/v2 将在 2099-01-01 \d\d:00 生效等另一个人发布/);
});

test("a new flow starts from a template under a name of its own", async () => {
  const { user, router } = renderApp("/flows");

  await user.click(await screen.findByRole("button", { name: "新建流程" }));
  await user.click(await screen.findByRole("button", { name: /小额退款直通/ }));
  const name = await screen.findByLabelText(/流程名称/);
  // The flow that is there is called like the template.
  await waitFor(() => expect(name).toHaveValue("小额退款直通 2"));
  fill(name, "春节退款");
  await user.click(screen.getByRole("button", { name: "创建流程" }));

  await waitFor(() => expect(router.state.location.pathname).toBe("/flows/f1"));
  expect(flow.created[0]?.title).toEqual({ zh: "春节退款", en: "春节退款" });
  expect(flow.created[0]?.graph.nodes).toHaveLength(7);
  expect(flow.created[0]?.key).toMatch(/^[a-z0-9][a-z0-9_-]{0,63}$/);
});

test("a blank flow leads from start to end", async () => {
  const { user } = renderApp("/flows");

  await user.click(await screen.findByRole("button", { name: "新建流程" }));
  await user.click(await screen.findByRole("button", { name: /空白流程/ }));
  fill(await screen.findByLabelText(/流程名称/), "新流程");
  await user.click(screen.getByRole("button", { name: "创建流程" }));

  await waitFor(() => expect(flow.created).toHaveLength(1));
  expect(flow.created[0]?.graph.edges).toEqual([{ id: "e1", from: "start", port: "out", to: "end" }]);
});

test("the palette puts an approval behind the selected step, asks for its people, and saves", async () => {
  const { user } = await openDesigner();

  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^财务复核/));
  await user.click(screen.getByRole("tab", { name: "组件" }));
  screen.getByRole("button", { name: "审批" }).focus();
  await user.keyboard("{Enter}");
  const people = await screen.findByRole("combobox", { name: /谁来审/ });
  await waitFor(() => expect(people).toHaveFocus());
  fill(people, "运营");
  await user.click(await screen.findByTitle("运营部"));

  await waitFor(() => expect(flow.saves.at(-1)?.graph.nodes).toHaveLength(8), { timeout: 4_000 });
  const graph = flow.graph;
  const added = graph.nodes.find((node) => node.id.startsWith("n_"));
  await waitFor(
    () =>
      expect(nodeOf(flow.graph, added?.id ?? "")?.config["assign"]).toEqual([
        { kind: "group", group: "operations" },
      ]),
    { timeout: 4_000 },
  );
  expect(outgoing(graph, "finance")[0]?.to).toBe(added?.id);
  expect(outgoing(graph, added?.id ?? "").map((edge) => edge.to)).toEqual(["ops", "reject"]);
});

test("a mapping is told which field takes which result, and each field can be set once only", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^财务复核/));
  await user.click(screen.getByRole("tab", { name: "组件" }));
  screen.getByRole("button", { name: "数据映射" }).focus();
  await user.keyboard("{Enter}");

  await user.click(await screen.findByRole("button", { name: "添加赋值" }));
  fill(await screen.findByRole("textbox", { name: "赋值 1 的算式" }), "${orderTotal} * 0.5");
  expect(await screen.findByText("✓ 算式没有问题")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "添加赋值" }));
  const fields = flow.graph.variables.map((one) => one.name);
  await waitFor(
    () =>
      expect(flow.graph.nodes.find((node) => node.type === "mapping")?.config["assign"]).toEqual([
        { variable: fields[0], value: "${orderTotal} * 0.5" },
        { variable: fields[1], value: "" },
      ]),
    { timeout: 4_000 },
  );
  expect(screen.getByRole("button", { name: "添加赋值" })).toBeDisabled();
});

test("a request is told what to send and what to take, row by row", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^财务复核/));
  await user.click(screen.getByRole("tab", { name: "组件" }));
  screen.getByRole("button", { name: "HTTP 请求" }).focus();
  await user.keyboard("{Enter}");

  fill(await screen.findByRole("combobox", { name: /^连接/ }), "erp");
  await user.click(await screen.findByTitle("erp · https://erp.example.com/api"));
  fill(screen.getByRole("textbox", { name: /^路径/ }), "/orders/${orderNo}");
  await user.click(screen.getByRole("button", { name: "添加请求内容(JSON)" }));
  fill(screen.getByRole("textbox", { name: "请求内容(JSON) 1 的位置" }), "/order/total");
  fill(screen.getByRole("textbox", { name: "请求内容(JSON) 1 的算式" }), "${orderTotal} * 0.5");
  expect(await screen.findByText("✓ 算式没有问题")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "添加取回的字段" }));
  fill(screen.getByRole("textbox", { name: "取回的字段 1 的位置" }), "/data/total");
  fill(screen.getByRole("combobox", { name: "取回的字段 1 的字段" }), "订单金额");
  await user.click(await screen.findByTitle("订单金额"));

  expect(screen.getByRole("textbox", { name: /^算作成功的状态码/ })).toHaveAttribute("placeholder", "2xx");
  await waitFor(
    () =>
      expect(flow.graph.nodes.find((node) => node.type === "http_request")?.config).toEqual({
        connection: "erp",
        path: "/orders/${orderNo}",
        body: [{ place: "/order/total", value: "${orderTotal} * 0.5" }],
        response: [{ place: "/data/total", variable: "orderTotal" }],
      }),
    { timeout: 4_000 },
  );
});

test("a choice by events is told what each way out awaits: a message with its key, or a time", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^财务复核/));
  await user.click(screen.getByRole("tab", { name: "组件" }));
  screen.getByRole("button", { name: "等先到的事件" }).focus();
  await user.keyboard("{Enter}");

  fill(await screen.findByRole("textbox", { name: "「收到消息」的消息名称" }), "parcel.arrived");
  fill(screen.getByRole("textbox", { name: "「收到消息」的关联键" }), "${orderNo}");
  fill(screen.getByRole("combobox", { name: "「收到消息」的内容存入字段" }), "订单金额");
  await user.click(await screen.findByTitle("订单金额"));
  expect(screen.queryByLabelText("「收到消息」的等多久")).toBeNull();
  await user.click(screen.getByRole("button", { name: "等不到" }));
  fill(await screen.findByRole("spinbutton", { name: "「等不到」的等多久" }), "8");
  expect(screen.queryByRole("textbox", { name: "「等不到」的消息名称" })).toBeNull();

  const config = () => flow.graph.nodes.find((node) => node.type === "event_choice")?.config;
  await waitFor(
    () =>
      expect(config()).toEqual({
        branches: [
          {
            ...{ port: "came", name: { zh: "收到消息", en: "Message came" }, on: "message" },
            ...{ message: "parcel.arrived", key: "${orderNo}", into: "orderTotal" },
          },
          { port: "late", name: { zh: "等不到", en: "Too late" }, on: "time", after: "PT8H" },
        ],
      }),
    { timeout: 4_000 },
  );
  const ways = flow.graph.edges.filter((edge) => edge.from === flow.graph.nodes.find(isChoice)?.id);
  expect(ways.map((edge) => edge.port)).toEqual(["came", "late"]);
});

test("undo takes back, redo does it again", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  const before = (await screen.findAllByRole("treeitem")).length;
  await user.click(await outlineItem(/^财务复核/));

  await user.click(tools().getByRole("button", { name: "删除" }));
  expect(screen.getAllByRole("treeitem")).toHaveLength(before - 2);
  await user.click(tools().getByRole("button", { name: "撤销" }));
  expect(screen.getAllByRole("treeitem")).toHaveLength(before);
  await user.click(tools().getByRole("button", { name: "重做" }));
  expect(screen.getAllByRole("treeitem")).toHaveLength(before - 2);
});

test("keys of the drawing work in the outline too, are listed, and are nobody's in a field", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^财务复核/));
  screen.getByRole("tree").focus();

  await user.keyboard("{Shift>}A{/Shift}");
  expect(await screen.findByRole("combobox", { name: "查找步骤" })).toHaveFocus();
  await user.keyboard("{Escape}");
  const name = screen.getByLabelText("名称");
  await user.click(name);
  await user.keyboard("a");
  expect(name).toHaveValue("财务复核a");
  expect(screen.queryByRole("combobox", { name: "查找步骤" })).toBeNull();

  screen.getByRole("tree").focus();
  await user.keyboard("?");
  expect((await screen.findByText("在前面插入步骤")).previousSibling).toHaveTextContent("⇧A");
  expect(screen.getByText("放大", { selector: "dd" }).previousSibling).toHaveTextContent("+ 或 =");
});

test("the sentence changes 30 % into 20 % and the text follows", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^小额退款/));

  const percent = await screen.findByRole("spinbutton", { name: "百分比" });
  expect(percent).toHaveValue("30");
  fill(percent, "20");

  const saved = () => branchesOf(nodeOf(flow.graph, "small")!)[0]?.when;
  await waitFor(() => expect(saved()).toBe("${refundAmount} < ${orderTotal} * 0.2"), { timeout: 4_000 });
});

test("a wrong expression is told with its column, and a condition beyond sentences stays as it is", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^小额退款/));
  await user.click(await screen.findByText("表达式"));
  const text = await screen.findByRole("textbox", { name: "「小额直通」的条件" });

  fill(text, "${refundAmount} < 'x'");
  expect(await screen.findByText(/第 19 列:/)).toHaveTextContent("这里是文字,< 需要金额");

  fill(text, "${refundAmount} / 3 < ${orderTotal}");
  await user.click(screen.getByText("句子"));
  expect(await screen.findByText("自定义表达式")).toBeVisible();
  expect(screen.getByText("${refundAmount} / 3 < ${orderTotal}")).toBeVisible();
});

const SMALLER: GraphChange = {
  code: "branch.condition",
  node: "small",
  path: ["branches", 0, "when"],
  params: {
    step: { id: "small", type: "exclusive", name: { zh: "小额退款?", en: "Small?" } },
    branch: { port: "small", name: { zh: "小额直通", en: "Small" } },
    before: "${refundAmount} < ${orderTotal} * 0.3",
    after: "${refundAmount} < ${orderTotal} * 0.2",
  },
};

test("publishing says what changed and needs a note", async () => {
  serve({ changes: [SMALLER] });
  const { user, router } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^小额退款/));
  const percent = await screen.findByRole("spinbutton", { name: "百分比" });
  fill(percent, "20");

  await user.click(screen.getByRole("button", { name: "保存并发布新版本" }));
  const dialog = await screen.findByRole("dialog");
  const change =
    "「小额退款?」的分支「小额直通」:条件由「退款金额 < 订单金额 的 30%」改为「退款金额 < 订单金额 的 20%」";
  expect(await within(dialog).findByRole("listitem")).toHaveTextContent(change);
  expect(dialog).toHaveTextContent("7 单在途:继续按 v1 走完。旧单不会自动更新。");
  expect(within(dialog).getByLabelText("版本说明")).toHaveValue(change);
  await user.click(within(dialog).getByRole("button", { name: "发布 v2" }));

  await waitFor(() => expect(flow.published).toEqual([{ revision: flow.revision, note: change }]));
  expect(flow.saves).not.toHaveLength(0);
  expect(
    await screen.findByText("已发布 v2,新订单立即生效", { selector: ".ant-message *" }),
  ).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "查看或撤回" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/flows/f1/versions/2"));
});

test("publishing for a day to come says when, and a time that has passed is no day", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("button", { name: "保存并发布新版本" }));
  const dialog = await screen.findByRole("dialog");
  fill(within(dialog).getByLabelText("版本说明"), "春节");
  await user.click(within(dialog).getByRole("radio", { name: "指定时间" }));

  const confirm = await within(dialog).findByRole("button", { name: "发布 v2" });
  expect(confirm).toBeDisabled();
  fill(within(dialog).getByLabelText("生效时间"), "2020-01-01T00:00");
  expect(confirm).toBeDisabled();
  fill(within(dialog).getByLabelText("生效时间"), "2099-01-01T08:00");
  await user.click(confirm);

  const day = new Date("2099-01-01T08:00").toISOString();
  await waitFor(() =>
    expect(flow.published).toEqual([{ revision: flow.revision, note: "春节", effective_at: day }]),
  );
  expect(
    await screen.findByText("v2 将在 2099-01-01 08:00 生效", { selector: ".ant-message *" }),
  ).toBeInTheDocument();
});

test("who has changed the drawing asks somebody else to publish it where four eyes are wanted", async () => {
  serve({ fourEyes: true });
  const { user } = await openDesigner();
  await user.click(screen.getByRole("button", { name: "保存并发布新版本" }));
  const dialog = await screen.findByRole("dialog");
  fill(within(dialog).getByLabelText("版本说明"), "请看");
  await user.click(await within(dialog).findByRole("button", { name: "发布 v2" }));

  await user.click(await within(dialog).findByRole("button", { name: "请别人发布" }));

  await waitFor(() => expect(flow.asked).toEqual([{ revision: flow.revision, note: "请看" }]));
  expect(flow.published).toEqual([]);
});

test("publishing over another live flow names it, and takes over from it only when told to", async () => {
  serve({ holder: { zh: "大额退款双审", en: "Large refund" } });
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^小额退款/));
  fill(await screen.findByRole("spinbutton", { name: "百分比" }), "20");
  await user.click(screen.getByRole("button", { name: "保存并发布新版本" }));
  const dialog = await screen.findByRole("dialog");
  fill(within(dialog).getByLabelText("版本说明"), "接替");
  await user.click(await within(dialog).findByRole("button", { name: "发布 v2" }));

  expect(await within(dialog).findByText("线上流程「大额退款双审」已在响应同一个事件")).toBeVisible();
  expect(flow.published).toEqual([]);
  await user.click(within(dialog).getByRole("checkbox", { name: "由这条流程接替它,它的在途单照旧走完" }));
  await user.click(within(dialog).getByRole("button", { name: "发布 v2" }));

  await waitFor(() =>
    expect(flow.published).toEqual([{ revision: flow.revision, note: "接替", take_over: true }]),
  );
});

test("a field that only begins like one that conditions read may be renamed and removed", async () => {
  const graph = refundGraph();
  serve({ graph: { ...graph, variables: [...graph.variables, { name: "refund", type: "text" }] } });
  const { user } = await openDesigner();

  await user.click(tools().getByRole("button", { name: "变量" }));
  const [used, , free] = await screen.findAllByRole("textbox", { name: "字段名" });

  expect([used, free].map((field) => (field as HTMLInputElement).value)).toEqual(["refundAmount", "refund"]);
  expect(used).toBeDisabled();
  expect(free).toBeEnabled();
});

test("problems are listed in our words, lead to their place and block publishing", async () => {
  const problem: Problem = {
    code: "port.not_connected",
    message: "Expected an edge.",
    node: "ops",
    severity: "error",
    params: { port: "rejected" },
  };
  serve({ problems: () => [problem] });
  const { user } = await openDesigner();

  await user.click(await screen.findByRole("button", { name: /1 个问题/ }));
  const drawer = screen.getByRole("region", { name: "问题" });
  await user.click(within(drawer).getByRole("button", { name: /出口「驳回」还没有连到任何步骤/ }));
  expect(await screen.findByRole("heading", { level: 2, name: "运营终审" })).toBeVisible();

  await user.click(screen.getByRole("button", { name: "保存并发布新版本" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText("还有 1 个问题要处理")).toBeInTheDocument();
  expect(within(dialog).getByRole("button", { name: "发布 v2" })).toBeDisabled();
});

test("a warning about branches shows values by their names, in the list and in the panel of the step", async () => {
  const cny = (amount: string) => ({ amount, currency: "CNY" });
  const gap: Problem = {
    code: "condition.gap",
    message: "Expected the branches to meet.",
    node: "small",
    path: "branches",
    severity: "warning",
    params: {
      witness: { refundAmount: cny("30.00"), orderTotal: cny("100.00") },
      example: "refundAmount = 30",
    },
  };
  serve({ problems: () => [gap] });
  const { user } = await openDesigner();
  const said = "分支之间有缺口:正好在分界上的情况(例如 退款金额 = ¥30.00,订单金额 = ¥100.00)会走「否则」";

  await user.click(await screen.findByRole("button", { name: /1 个问题/ }));
  const drawer = screen.getByRole("region", { name: "问题" });
  await user.click(within(drawer).getByRole("button", { name: new RegExp("小额退款") }));

  expect(drawer).toHaveTextContent(said);
  expect(within(screen.getByRole("complementary", { name: "属性" })).getByText(said)).toBeVisible();
});

test("a wrong condition is told with its branch", async () => {
  const wrong: Problem = {
    code: "expression.type",
    message: "Expected money.",
    node: "small",
    path: "branches.0.when",
    span: [18, 21],
    severity: "error",
    params: { found: "integer", expected: "money", operator: "<" },
  };
  serve({ problems: () => [wrong] });
  const { user } = await openDesigner();

  await user.click(await screen.findByRole("button", { name: /1 个问题/ }));

  expect(screen.getByRole("region", { name: "问题" })).toHaveTextContent(
    "分支 1 第 19 列:这里是整数,< 需要金额,例如 100 CNY",
  );
});

test("a condition that was not written yet has no column to point to", async () => {
  const empty: Problem = {
    code: "expression.empty",
    message: "Expected a condition.",
    node: "small",
    path: "branches.0.when",
    span: [0, 0],
    severity: "error",
    params: {},
  };
  serve({ problems: () => [empty] });
  const { user } = await openDesigner();

  await user.click(await screen.findByRole("button", { name: /1 个问题/ }));

  const drawer = screen.getByRole("region", { name: "问题" });
  expect(within(drawer).getByText("分支 1 条件还是空的")).toBeVisible();
});

test("what is wrong in a row of a request is told with its row and the field by its name", async () => {
  const row = (code: string, path: string, params: Problem["params"]): Problem => ({
    ...{ code, path, params, message: "Expected something else.", node: "finance", severity: "error" },
  });
  serve({
    problems: () => [
      row("http.variable_repeated", "response.1.variable", { variable: "orderTotal" }),
      row("expression.empty", "body.0.value", {}),
      row("connection.unknown", "connection", { connection: "wms" }),
      row("event_choice.message_missing", "branches.1.message", {}),
      row("message.key_type", "branches.0.key", { found: "boolean" }),
    ],
  });
  const { user } = await openDesigner();

  await user.click(await screen.findByRole("button", { name: /5 个问题/ }));

  const drawer = screen.getByRole("region", { name: "问题" });
  expect(within(drawer).getByText("分支 2 请填写消息名称")).toBeVisible();
  expect(within(drawer).getByText(/^分支 1 /)).toBeVisible();
  expect(within(drawer).getByText("第 2 行,字段「订单金额」取值两次")).toBeVisible();
  expect(within(drawer).getByText("第 1 行,请填写算式")).toBeVisible();
  expect(within(drawer).getByText("没有登记连接「wms」,请联系管理员")).toBeVisible();
});

test("a new branch opens to be filled in", async () => {
  const { user } = await openDesigner();
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^小额退款/));

  await user.click(screen.getByRole("button", { name: "添加分支" }));

  expect(await screen.findByRole("textbox", { name: "分支名称" })).toHaveValue("分支 2");
});

test("a newer draft of somebody else keeps both until a person chooses", async () => {
  const names = { zh: "财务复核", en: "Finance" };
  const renamed = { zh: "财务初审", en: "Finance" };
  const step = { id: "finance", type: "approval" };
  const params = { step: { ...step, name: renamed }, before: { ...step, name: names } };
  serve({ changes: [{ code: "node.renamed", node: "finance", path: [], params }] });
  const { user } = await openDesigner();
  flow.revision = 5;
  await user.click(screen.getByRole("tab", { name: "大纲" }));
  await user.click(await outlineItem(/^财务复核/));
  const name = screen.getByLabelText("名称");
  fill(name, "财务初审");

  const dialog = await screen.findByRole("dialog", {}, { timeout: 4_000 });
  expect(dialog).toHaveTextContent("王芳");
  expect(flow.saves).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "查看差异" }));
  expect(await within(dialog).findByRole("listitem")).toHaveTextContent("「财务复核」改名为「财务初审」");
  await user.click(within(dialog).getByRole("button", { name: "用我的" }));

  await waitFor(() => expect(flow.saves).toHaveLength(1));
  expect(flow.saves[0]?.revision).toBe(5);
  expect(nodeOf(flow.graph, "finance")?.name?.zh).toBe("财务初审");
});

test("a version can be looked at and becomes the draft again", async () => {
  const { user, router } = renderApp("/flows/f1/versions");

  expect(await screen.findByRole("region", { name: "流程图:小额退款直通 v1" })).toBeInTheDocument();
  await user.click(await screen.findByRole("button", { name: "恢复为草稿" }));
  expect(screen.getByText("现在的草稿会被 v1 替换,线上不受影响。")).toBeVisible();
  const [, confirm] = screen.getAllByRole("button", { name: /取消|恢复为草稿/ });
  await user.click(confirm!);

  await waitFor(() => expect(flow.saves).toHaveLength(1));
  await waitFor(() => expect(router.state.location.pathname).toBe("/flows/f1"));
});

test("a version is taken back with a reason while that is possible", async () => {
  const { user } = renderApp("/flows/f1/versions");

  await user.click(await screen.findByRole("button", { name: /^撤\s?回$/ }));
  const [, confirm] = screen.getAllByRole("button", { name: /^(取\s?消|撤\s?回)$/ });
  expect(confirm).toBeDisabled();
  fill(screen.getByLabelText("原因"), "发错了版本");
  await user.click(confirm!);

  await waitFor(() => expect(flow.withdrawn).toEqual([{ version: "1", reason: "发错了版本" }]));
});

test("two drawings stand side by side with what came and changed marked and said", async () => {
  const added: GraphChange = {
    code: "node.added",
    node: "finance",
    path: [],
    params: { step: { id: "finance", type: "approval", name: { zh: "财务复核", en: "Finance" } } },
  };
  serve({ changes: [SMALLER, added] });
  const { user } = renderApp("/flows/f1/compare/1/draft");

  const list = await screen.findByRole("region", { name: "比较" });
  expect(within(list).getByRole("heading", { level: 1 })).toHaveTextContent("改动 2 处");
  const after = screen.getByRole("region", { name: "之后:草稿" });
  expect(within(after).getByRole("group", { name: "财务复核, 审批, 新增" })).toBeInTheDocument();
  expect(within(after).getByRole("group", { name: "小额退款?, 条件分支, 有改动" })).toBeInTheDocument();
  const before = screen.getByRole("region", { name: "之前:v1" });
  expect(within(before).getByRole("group", { name: "财务复核, 审批" })).toBeInTheDocument();

  const [first, second] = within(list).getAllByRole("button");
  await user.click(first!);
  expect(first).toHaveAttribute("aria-pressed", "true");
  await user.keyboard("{ArrowDown}");
  expect(second).toHaveFocus();
  expect(await axeViolations()).toEqual([]);
});

test("on a phone the flow is shown and not edited", async () => {
  media.matches = (query) => query.includes("max-width: 767px");
  renderApp("/flows/f1");

  expect(await screen.findByText("手机上只能查看。要修改请用电脑打开。")).toBeVisible();
  expect(screen.getByRole("group", { name: "财务复核, 审批" })).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "保存并发布新版本" })).toBeNull();
});

test("list and designer have no violations that axe can see", async () => {
  await openDesigner();
  await screen.findByRole("tab", { name: "组件" });

  expect(await axeViolations()).toEqual([]);
});
