import { configure, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { nodeOf, outgoing } from "@/graph/document";
import { refundGraph } from "@/graph/graphs.fixture";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { flowHandlers, type FlowServer, flowServer } from "./server.fixture";

// The screen is large: asking jsdom what is visible at every look-up would take most of the time.
configure({ defaultHidden: true });

let flow: FlowServer;

beforeEach(() => {
  signedIn(personWith("designer"));
});

async function openRefund(config: Record<string, unknown> = {}) {
  const graph = refundGraph();
  const nodes = graph.nodes.map((node) => (node.id === "refund" ? { ...node, config } : node));
  const edges =
    "on_error" in config
      ? [...graph.edges, { id: "oops", from: "refund", port: "error", to: "reject" }]
      : graph.edges;
  flow = flowServer({ graph: { ...graph, nodes, edges } });
  server.use(...flowHandlers(flow));
  const app = renderApp("/flows/f1");
  await screen.findByRole("heading", { level: 1, name: "小额退款直通" });
  await app.user.click(screen.getByRole("tab", { name: "大纲" }));
  const tree = await screen.findByRole("tree");
  await app.user.click(await within(tree).findByRole("treeitem", { name: /^原路退款/ }));
  return app;
}

const saved = () => nodeOf(flow.graph, "refund")?.config;

async function becomes(config: Record<string, unknown>): Promise<void> {
  await waitFor(() => expect(saved()).toEqual(config), { timeout: 4_000 });
}

test("a step gets an exit for failures, which is then offered with where it leads", async () => {
  const { user, container } = await openRefund();

  await user.click(screen.getByRole("button", { name: /添加出错出口/ }));

  await becomes({ on_error: [{ codes: ["*"], port: "error" }] });
  const codes = screen.getByRole("combobox", { name: "出口 1 的错误码" });
  await user.type(codes, "sandbox.refused{Enter}");
  fireEvent.change(screen.getByRole("textbox", { name: "出口 1 的名称" }), { target: { value: "渠道拒绝" } });
  await becomes({
    on_error: [{ codes: ["*", "sandbox.refused"], port: "error", name: { zh: "渠道拒绝" } }],
  });
  const exits = screen.getByRole("region", { name: "去向" });
  expect(within(exits).getByText("渠道拒绝")).toBeDefined();
  expect(await axeViolations(container)).toEqual([]);
});

test("an exit that is taken out takes its line with it", async () => {
  const { user } = await openRefund({ on_error: [{ codes: ["*"], port: "error" }] });
  expect(outgoing(flow.graph, "refund").map((edge) => edge.port)).toEqual(["out", "error"]);

  await user.click(screen.getByRole("button", { name: "删除出口 1" }));

  await becomes({});
  expect(outgoing(flow.graph, "refund").map((edge) => edge.port)).toEqual(["out"]);
});

test("tries and waits are a policy of the step, or its own rule holds", async () => {
  const { user } = await openRefund();

  await user.click(screen.getByRole("checkbox", { name: "自定重试次数" }));
  await becomes({ retry: { tries: 4, waits: [1, 3, 10] } });
  fireEvent.change(screen.getByRole("spinbutton", { name: "总共尝试几次" }), { target: { value: "2" } });
  await becomes({ retry: { tries: 2, waits: [1, 3, 10] } });
  await user.click(screen.getByRole("checkbox", { name: "自定重试次数" }));

  await becomes({});
});
