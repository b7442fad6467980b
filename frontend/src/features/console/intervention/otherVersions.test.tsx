import { configure, screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { refundGraph } from "@/graph/graphs.fixture";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { aFailedRun, aRun } from "../console.fixture";
import { consoleHandlers, type House, NOTHING_AHEAD, problem } from "../console.server";

configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 });

let house: House;

beforeAll(async () => {
  await import("../instance/InstancePage");
});

/** Versions 1 and 3 beside the run's own 2; the third has no finance review. */
const VERSIONS = [3, 2, 1].map((version) => ({
  version,
  note: version === 3 ? "去掉财务复核" : "",
  status: version === 1 ? "withdrawn" : "replaced",
}));

beforeEach(() => {
  house = {
    runs: [
      aRun(1, { can: ["force-advance", "cancel", "migrate"] }),
      { ...aFailedRun(2), can: ["force-advance", "cancel", "retry", "skip"] },
    ],
    history: [],
    audit: [],
    ahead: NOTHING_AHEAD,
    reasons: [],
    letters: [],
    asked: [],
    previews: [],
    applied: [],
    effects: [
      { kind: "cancels_task", node: "finance", params: {} },
      { kind: "enters_node", node: "ops", params: {} },
    ],
    stale: 0,
  };
  signedIn(personWith("supervisor"));
  const graph = refundGraph();
  const nodes = graph.nodes.filter((node) => node.id !== "finance");
  server.use(
    http.get("*/api/v1/definitions/def-1/versions", () => HttpResponse.json({ results: VERSIONS })),
    http.get("*/api/v1/definitions/def-1/versions/3", () =>
      HttpResponse.json({ version: 3, graph: { ...graph, nodes }, layout: {} }),
    ),
    ...consoleHandlers(house),
  );
});

test("one run goes on in another version, at the step that a person chose for the one that is gone", async () => {
  const { user } = renderApp("/console/run-1?do=migrate");
  const dialog = await screen.findByRole("dialog", { name: /迁移到其他版本/ });
  const inside = within(dialog);
  await waitFor(() => expect(inside.getByText("先选目标版本,这里会列出全部后果")).toBeVisible());

  await user.click(await inside.findByRole("combobox", { name: "目标版本" }));
  expect(screen.queryByTitle("v1")).toBeNull(); // withdrawn
  await user.click(await screen.findByTitle("v3 · 去掉财务复核"));
  await user.click(await inside.findByRole("combobox", { name: "「财务复核」在 v3 里没有了,接到" }));
  // The node of the diagram has the same title; the list of the field opens behind all else on the page.
  await user.click((await screen.findAllByTitle("运营终审")).at(-1) as HTMLElement);
  expect(await inside.findByText("取消「财务复核」的待办,财务组不用再处理")).toBeVisible();
  expect(inside.getByText("进入「运营终审」")).toBeVisible();
  expect(await axeViolations(dialog)).toEqual([]);

  await user.type(inside.getByRole("textbox", { name: "原因(必填,会写入操作日志)" }), "新版更快一些");
  await user.click(inside.getByRole("checkbox"));
  await user.click(inside.getByRole("button", { name: "迁移到其他版本" }));

  await waitFor(() => expect(house.applied).toHaveLength(1));
  expect(house.previews.at(-1)).toEqual({
    path: "run-1/migrate",
    body: { version: 3, mapping: { finance: "ops" } },
  });
  expect(house.applied[0]).toEqual({
    path: "run-1/migrate",
    body: { token: `token-${house.previews.length}`, reason: "新版更快一些" },
  });
  expect(await screen.findAllByText("已迁移到 v3 · 已记录")).not.toHaveLength(0);
});

test("what hinders a run is said in sentences, and nothing can be applied", async () => {
  server.use(
    http.post("*/api/v1/instances/run-1/migrate/preview", () =>
      problem(409, "migration.hindered", {
        version: 3,
        hindrances: [{ code: "migration.no_target", node: "finance", params: { to: "finance" } }],
      }),
    ),
  );
  const { user } = renderApp("/console/run-1?do=migrate");
  const dialog = await screen.findByRole("dialog", { name: /迁移到其他版本/ });

  await user.click(await within(dialog).findByRole("combobox", { name: "目标版本" }));
  await user.click(await screen.findByTitle("v3 · 去掉财务复核"));

  expect(await within(dialog).findByText("这条流程现在不能迁移到 v3")).toBeVisible();
  expect(within(dialog).getByText("「财务复核」在新版本里没有了,也没有指定接到哪一步")).toBeVisible();
  expect(within(dialog).getByRole("button", { name: "迁移到其他版本" })).toBeDisabled();
});

test("a failed action is skipped by its incident, and what is skipped is said", async () => {
  house.effects = [
    { kind: "closes_incident", node: "refund", params: {} },
    { kind: "skips_node", node: "refund", params: { effect: true } },
  ];
  const { user } = renderApp("/console/run-2");
  await user.click(await screen.findByRole("button", { name: "跳过动作" }));
  const dialog = await screen.findByRole("dialog", { name: /跳过动作/ });
  await waitFor(() => expect(within(dialog).getByText("跳过「原路退款」,它不会执行")).toBeVisible());
  await user.type(within(dialog).getByRole("textbox"), "已线下付款给买家");
  await user.click(within(dialog).getByRole("checkbox"));

  await user.click(within(dialog).getByRole("button", { name: "跳过动作" }));

  await waitFor(() => expect(house.applied).toHaveLength(1));
  expect(house.previews).toEqual([{ path: "run-2/skip", body: { incident: "incident-1" } }]);
});
