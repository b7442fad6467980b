import { configure, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { Problem } from "@/api/types";
import { nodeOf } from "@/graph/document";
import { refundGraph } from "@/graph/graphs.fixture";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { flowHandlers, type FlowServer, flowServer } from "./server.fixture";

// The screen is large: asking jsdom what is visible at every look-up would take most of the time.
configure({ defaultHidden: true });

const TABLE = {
  hit_policy: "unique",
  inputs: [{ value: "${refundAmount}" }],
  outputs: [{ variable: "orderTotal", aggregation: "list" }],
  rules: [
    { when: ["< 30.00 CNY"], then: ["1.00 CNY"] },
    { when: [">= 30.00 CNY"], then: ["2.00 CNY"] },
  ],
  otherwise: null,
};

let flow: FlowServer;

function serve(change: Partial<FlowServer> = {}): void {
  flow = flowServer(change);
  server.use(...flowHandlers(flow));
}

/** A flow in which a table stands in the place of the delay. */
function withTable(problems: Problem[] = []): void {
  const graph = refundGraph();
  const nodes = graph.nodes.map((node) =>
    node.id === "finance" ? { id: "finance", type: "decision_table", config: { table: TABLE } } : node,
  );
  serve({ graph: { ...graph, nodes }, problems: () => problems });
}

async function openTable(name: RegExp) {
  const app = renderApp("/flows/f1");
  await screen.findByRole("heading", { level: 1, name: "小额退款直通" });
  await app.user.click(screen.getByRole("tab", { name: "大纲" }));
  const tree = await screen.findByRole("tree");
  await app.user.click(await within(tree).findByRole("treeitem", { name }));
  return app;
}

const saved = () => nodeOf(flow.graph, "finance")?.config["table"];
const cell = (name: string) => screen.getByRole<HTMLInputElement>("textbox", { name });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

function write(field: HTMLElement, text: string): void {
  fireEvent.change(field, { target: { value: text } });
}

async function becomes(table: unknown): Promise<void> {
  await waitFor(() => expect(saved()).toEqual(table), { timeout: 4_000 });
}

beforeEach(() => {
  signedIn(personWith("designer"));
});

test("a table is made from nothing: columns, rules, cells, and what holds when no rule does", async () => {
  serve();
  const { user } = await openTable(/^财务复核/);
  await user.click(screen.getByRole("tab", { name: "组件" }));
  screen.getByRole("button", { name: "决策表" }).focus();
  await user.keyboard("{Enter}");

  expect(await screen.findByRole("button", { name: "添加规则" })).toBeDisabled();
  press("添加条件列");
  press("添加结果列");
  press("添加规则");
  write(cell("规则 1,退款金额"), "< 30.00 CNY");
  write(cell("规则 1,订单金额"), "1.00 CNY");
  fireEvent.click(screen.getByRole("checkbox", { name: /没有规则成立时/ }));
  write(cell("否则,订单金额"), "0.00 CNY");

  await waitFor(
    () =>
      expect(flow.graph.nodes.find((node) => node.type === "decision_table")?.config["table"]).toEqual({
        hit_policy: "unique",
        inputs: [{ value: "${refundAmount}" }],
        outputs: [{ variable: "orderTotal", aggregation: "list" }],
        rules: [{ when: ["< 30.00 CNY"], then: ["1.00 CNY"] }],
        otherwise: ["0.00 CNY"],
      }),
    { timeout: 4_000 },
  );
});

test("rules and columns are moved and deleted with their cells, and what is at the edge cannot move on", async () => {
  withTable();
  await openTable(/^决策表/);

  expect(await screen.findByRole("button", { name: "上移规则 1" })).toBeDisabled();
  expect(screen.getByRole("button", { name: "左移条件列 1" })).toBeDisabled();
  press("上移规则 2");
  press("添加条件列");
  press("左移条件列 2");
  press("删除条件列 2");
  press("删除规则 2");

  await becomes({ ...TABLE, inputs: [{ value: "" }], rules: [{ when: ["-"], then: ["2.00 CNY"] }] });
});

test("the arrow keys walk through a column, and with Alt take the rule along", async () => {
  withTable();
  const { user } = await openTable(/^决策表/);
  const first = await screen.findByRole("textbox", { name: "规则 1,退款金额" });

  first.focus();
  await user.keyboard("{ArrowDown}");
  expect(cell("规则 2,退款金额")).toHaveFocus();
  await user.keyboard("{ArrowDown}");
  expect(cell("规则 2,退款金额")).toHaveFocus();
  await user.keyboard("{Alt>}{ArrowUp}{/Alt}");

  expect(cell("规则 1,退款金额")).toHaveFocus();
  expect(cell("规则 1,退款金额")).toHaveValue(">= 30.00 CNY");
  await becomes({ ...TABLE, rules: TABLE.rules.toReversed() });
});

test("a cell that is being composed keeps its keys", async () => {
  withTable();
  await openTable(/^决策表/);
  const first = await screen.findByRole("textbox", { name: "规则 1,退款金额" });

  first.focus();
  fireEvent.keyDown(first, { key: "Enter", isComposing: true });

  expect(first).toHaveFocus();
});

test("what is collected is chosen for each result", async () => {
  withTable();
  const { user } = await openTable(/^决策表/);

  await user.click(await screen.findByRole("combobox", { name: "命中方式" }));
  await user.click(await screen.findByTitle("汇总:成立的规则都算"));
  await user.click(await screen.findByRole("combobox", { name: "结果列 1 的汇总方式" }));
  await user.click(await screen.findByTitle("求和"));

  await becomes({
    ...TABLE,
    hit_policy: "collect",
    outputs: [{ variable: "orderTotal", aggregation: "sum" }],
  });
});

test("what is wrong stands at its cell, and what two rules do together below the rule", async () => {
  const problem = (code: string, path: string, more: Partial<Problem> = {}): Problem => ({
    ...{ code, path, message: "Expected something else.", node: "finance", severity: "error", params: {} },
    ...more,
  });
  const witness = { refundAmount: { amount: "30.00", currency: "CNY" } };
  withTable([
    problem("expression.type", "table.rules.0.when.0", {
      span: [2, 4],
      params: { expected: "money", operator: "<", found: "integer" },
    }),
    problem("decision_table.type", "table.rules.0.then.0", {
      params: { variable: "orderTotal", expected: "money", found: "text" },
    }),
    problem("decision_table.overlap", "table.rules.1", { params: { rule: 2, other: 1, witness } }),
    problem("decision_table.gap", "table.rules", { severity: "warning", params: { witness } }),
    problem("decision_table.gap_if_missing", "table.rules", {
      severity: "warning",
      params: { witness: { refundAmount: null } },
    }),
  ]);
  const { user } = await openTable(/^决策表/);
  const grid = within(await screen.findByRole("table", { name: "规则表" }));

  const wrong = grid.getByRole("textbox", { name: "规则 1,退款金额" });
  await waitFor(() => expect(wrong).toBeInvalid());
  expect(wrong).toHaveAccessibleDescription(/规则 1 的条件 1:第 3 列:/);
  expect(grid.getByRole("textbox", { name: "规则 1,订单金额" })).toHaveAccessibleDescription(
    /规则 1 的结果 1:「订单金额」需要金额,算式得到的是文字/,
  );
  expect(grid.getByRole("textbox", { name: "规则 2,退款金额" })).toBeValid();
  expect(
    grid.getByText("规则 2 和规则 1 重叠:退款金额 = ¥30.00 时两条都成立,而命中方式是「唯一」"),
  ).toBeVisible();
  const gap = "有缺口:退款金额 = ¥30.00 时没有规则成立,流程会停下等人处理";
  expect(screen.getAllByText(gap)).toHaveLength(1);
  expect(
    screen.getByText("有值时总有规则成立;缺值时(例如 退款金额 = 未填写)没有,流程会停下等人处理"),
  ).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^[0-9]+ 个问题/ }));
  expect(within(screen.getByRole("region", { name: "问题" })).getByText(gap)).toBeVisible();
});

test("in large the same table is edited, and no rule of accessibility that axe knows is broken", async () => {
  withTable();
  const { user } = await openTable(/^决策表/);

  await user.click(await screen.findByRole("button", { name: "放大编辑" }));
  const dialog = within(await screen.findByRole("dialog", { name: "规则表" }));
  write(dialog.getByRole("textbox", { name: "规则 2,订单金额" }), "3.00 CNY");
  expect(screen.getAllByRole("table", { name: "规则表" })).toHaveLength(1);
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "完成编辑" }));

  await becomes({ ...TABLE, rules: [TABLE.rules[0], { when: [">= 30.00 CNY"], then: ["3.00 CNY"] }] });
  expect(await axeViolations(await screen.findByRole("table", { name: "规则表" }))).toEqual([]);
});
