import { configure, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { flowHandlers, flowServer } from "../server.fixture";
import { aMigration, aRun, handlers, type House } from "./migrations.server";

// A busy machine draws a page in seconds, not in a second.
configure({ defaultHidden: true, asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 40_000 });

let house: House;

const ENDED = {
  started_by: "林管理",
  started_at: "2026-02-13T09:01:00+08:00",
  ended_at: "2026-02-13T09:02:00+08:00",
  reason: "新版更快",
};

beforeEach(() => {
  signedIn(personWith("designer"));
  house = { migrations: [], runs: [], posted: [], asked: [] };
  server.use(...handlers(house), ...flowHandlers(flowServer()));
});

test("a dry run maps steps by their id, and those that are gone where the person says", async () => {
  const { user, router, container } = renderApp("/flows/f1/migrations");

  expect(await screen.findByRole("heading", { level: 1, name: "小额退款直通 · 迁移在途流程" })).toBeVisible();
  expect(
    await screen.findByText("1 个步骤在 v2 里没有了。选好接到哪一步;不选的,停在那里的流程留在原版本"),
  ).toBeVisible();
  const place = screen.getByRole("combobox", { name: "「财务复核」(v1)" });
  await user.click(place);
  await user.click(await screen.findByTitle("运营终审"));
  expect(await axeViolations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "试算" }));

  await waitFor(() => expect(router.state.location.pathname).toBe("/flows/f1/migrations/m1"));
  expect(house.posted).toEqual([
    { path: "plan", body: { from_version: 1, to_version: 2, mapping: { finance: "ops" } } },
  ]);
});

test("the dry run tells each run what it means, by verdict, with reasons as sentences", async () => {
  house.migrations = [aMigration()];
  house.runs = [
    aRun("1"),
    aRun("2", { verdict: "disturbed", moves: [{ token: 1, node: "finance", to: "ops", fate: "anew" }] }),
    aRun("3", {
      verdict: "hindered",
      moves: [],
      hindrances: [{ code: "migration.no_target", node: "finance", params: {} }],
    }),
  ];
  const { user, router, container } = renderApp("/flows/f1/migrations/m1");

  expect(await screen.findByText("可迁移 4 条到 v2,2 条留在 v1")).toBeVisible();
  const reason = "「财务复核」在新版本里没有了,也没有指定接到哪一步";
  expect(await screen.findByText("ORD-3 · ¥58.00")).toBeVisible();
  await waitFor(() => expect(screen.getAllByText(reason)).toHaveLength(2));
  expect(await screen.findByText("「运营终审」照旧")).toBeVisible();
  expect(screen.getByText("「财务复核」接到「运营终审」,重新开始")).toBeVisible();
  expect(await axeViolations(container)).toEqual([]);

  const filter = within(screen.getByRole("group", { name: "按结果筛选" }));
  await user.click(filter.getByRole("button", { name: "2 留在原版本" }));
  await waitFor(() => expect(screen.queryByText("ORD-1 · ¥58.00")).toBeNull());
  expect(screen.getByText("ORD-3 · ¥58.00")).toBeVisible();
  expect(house.asked.at(-1)).toBe("?verdict=hindered&limit=50");
  expect(router.state.location.search).toBe("?verdict=hindered");
});

test("it starts with a reason and never without, and says how far it is", async () => {
  house.migrations = [aMigration()];
  const { user } = renderApp("/flows/f1/migrations/m1");

  await user.click(await screen.findByRole("button", { name: "开始迁移" }));
  const form = within(screen.getByRole("form", { name: "开始迁移" }));
  expect(
    form.getByText("将迁移 4 条到 v2,其中 1 条要重新处理;2 条留在 v1。轮到每一条时会再判断一次。"),
  ).toBeVisible();
  expect(form.getByRole("textbox", { name: "原因" })).toHaveFocus();
  await user.keyboard("太慢");
  expect(form.getByRole("button", { name: "开始迁移" })).toBeDisabled();
  await user.keyboard("了,换新版{Enter}");

  expect(await screen.findByText("已处理 0 / 6 条:迁移 0 条,留下 0 条")).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "迁移进度" })).toBeVisible();
  expect(house.posted).toEqual([{ path: "run m1", body: { reason: "太慢了,换新版" } }]);

  const counts = { quiet: 3, disturbed: 1, hindered: 2, pending: 0, migrated: 4, stayed: 2 };
  house.migrations = [aMigration({ ...ENDED, status: "done", counts })];
  house.runs = [aRun("1", { status: "migrated" })];
  expect(await screen.findByText("已迁移 4 条到 v2,2 条留在 v1")).toBeVisible();
  expect(await screen.findByRole("button", { name: "2 未迁移" })).toBeVisible();
});

test("the way back is looked at first and then taken with a reason", async () => {
  const counts = { quiet: 4, disturbed: 0, hindered: 0, pending: 0, migrated: 4, stayed: 0 };
  house.migrations = [aMigration({ ...ENDED, status: "done", counts, reasons: [] })];
  const { user, router } = renderApp("/flows/f1/migrations/m1");

  await user.click(await screen.findByRole("button", { name: "撤销这次迁移…" }));

  await waitFor(() => expect(router.state.location.pathname).toBe("/flows/f1/migrations/m2"));
  expect(await screen.findByRole("heading", { level: 1, name: "撤销:v2 → v1" })).toBeVisible();
  expect(screen.getByText("可迁移 4 条到 v1,0 条留在 v2")).toBeVisible();
  expect(screen.getByRole("button", { name: "开始撤销" })).toBeVisible();
  expect(screen.getByRole("link", { name: "查看原来的迁移" })).toHaveAttribute(
    "href",
    "/flows/f1/migrations/m1",
  );
  expect(house.posted).toEqual([{ path: "undo m1", body: {} }]);
});

test("many runs are looked at while the page waits, and nothing can be started before", async () => {
  const counts = { quiet: 500, disturbed: 0, hindered: 0, pending: 500, migrated: 0, stayed: 0 };
  house.migrations = [aMigration({ status: "planning", counts, reasons: [] })];
  renderApp("/flows/f1/migrations/m1");

  expect(await screen.findByText("正在试算,已看 500 条")).toBeVisible();
  expect(screen.getByText("离开这一页也会继续")).toBeVisible();
  expect(screen.queryByRole("button", { name: "开始迁移" })).toBeNull();

  house.migrations = [aMigration({ reasons: [] })];
  expect(await screen.findByRole("button", { name: "开始迁移" })).toBeVisible();
});

test("an auditor reads all of it and starts nothing", async () => {
  signedIn(personWith("auditor"));
  house.migrations = [aMigration()];
  const { user } = renderApp("/flows/f1/migrations");

  expect(await screen.findByText("林管理 试算:可迁移 4 条,留下 2 条")).toBeVisible();
  expect(screen.queryByRole("button", { name: "试算" })).toBeNull();
  await user.click(screen.getByRole("link", { name: /v1 → v2/ }));
  expect(await screen.findByText("可迁移 4 条到 v2,2 条留在 v1")).toBeVisible();
  expect(screen.queryByRole("button", { name: "开始迁移" })).toBeNull();
});
