import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { FlowCase } from "@/api/types";
import { refundGraph } from "@/graph/graphs.fixture";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { flowHandlers, flowServer } from "../server.fixture";
import { rehearsalHandlers, type RehearsalServer } from "./rehearsal.fixture";
import { givenOf, NEW_WISH, requestOf } from "./wish";

let stage: RehearsalServer;

const CASE: FlowCase = {
  id: "c1",
  name: "小额",
  given: {},
  expect: {},
  edited_by: "林管理",
  edited_at: "2026-01-26",
};

beforeEach(() => {
  signedIn(personWith("designer"));
  stage = { asked: [], kept: [], cases: [] };
  server.use(...flowHandlers(flowServer()), ...rehearsalHandlers(stage));
});

async function openTestRun() {
  const app = renderApp("/flows/f1/test");
  await screen.findByRole("heading", { level: 1, name: "试运行:小额退款直通" });
  return app;
}

function fill(label: string, text: string): void {
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
}

async function rehearseOrder(number = "ORD1") {
  const app = await openTestRun();
  fill("订单号", number);
  await app.user.click(screen.getByRole("button", { name: "开始试运行" }));
  return app;
}

test("a past order is played and told with its numbers, its people and what would have been done", async () => {
  await rehearseOrder();

  const steps = within(await screen.findByRole("list", { name: "步骤" }));
  expect(steps.getByText("¥58.00 < ¥199.00 × 0.3 = ¥59.70")).toBeVisible();
  expect(steps.getByText("会收到:运营部")).toBeVisible();
  expect(steps.getByText(/孙运营 同意/)).toBeVisible();
  expect(screen.getByText(/原路退款\(没有真的执行\)/)).toHaveTextContent("¥58.00");
  expect(screen.getByText("不再经过「财务部」")).toBeVisible();
  expect(screen.getByRole("note")).toHaveTextContent("演练:不会退款,不会通知任何人");
  expect(stage.asked).toEqual([{ subjects: ["ORD1"], absences: [], outcomes: [] }]);
});

test("the way that was taken is lit on the drawing", async () => {
  await rehearseOrder();

  const drawing = within(await screen.findByRole("region", { name: /流程图:小额退款直通/ }));
  expect(await drawing.findByRole("group", { name: /运营终审.*已完成.*运营部/ })).toBeVisible();
  expect(drawing.getByRole("group", { name: /财务复核.*没有走这里/ })).toBeVisible();
});

test("an order that nobody knows is named in the refusal", async () => {
  await rehearseOrder("NONE");

  expect(await screen.findByRole("alert")).toHaveTextContent("没有找到「NONE」的历史流程");
});

test("all recent ones are compared with their money", async () => {
  const { user } = await openTestRun();
  await user.click(screen.getByRole("radio", { name: "近期全部" }));
  await user.click(screen.getByRole("button", { name: "开始试运行" }));

  expect(await screen.findByText("重放 412 单:63 单会变 · ¥31,900.00")).toBeVisible();
  const row = screen.getByRole("row", { name: /不再经过「财务部」/ });
  expect(row).toHaveTextContent("63¥31,900.00");
  expect(screen.queryByRole("button", { name: "保存为用例" })).toBeNull();
  expect(Object.keys(stage.asked[0] ?? {})).toEqual(["outcomes", "since"]);
});

test("a run is kept as a case with what came out of it", async () => {
  const { user } = await rehearseOrder();
  await screen.findByRole("list", { name: "步骤" });

  fill("用例名称", "小额直通");
  await user.click(screen.getByRole("button", { name: "保存为用例" }));

  await waitFor(() => expect(stage.kept).toHaveLength(1));
  expect(stage.kept[0]).toEqual({
    name: "小额直通",
    subject: "ORD1",
    given: { absences: [], outcomes: [] },
    expect: {
      ending: "completed",
      passes: ["start", "small", "ops", "refund", "end"],
      asked: [{ node: "ops", who: "operations" }],
    },
  });
  expect(await screen.findByRole("button", { name: "删除用例「小额直通」" })).toBeVisible();
});

test("cases are run and say which passed and what the others miss", async () => {
  stage.cases = [CASE, { ...CASE, id: "c2", name: "大额" }];
  const { user } = await openTestRun();

  await user.click(await screen.findByRole("button", { name: "全部运行" }));

  expect(await screen.findByText("1 通过,1 未通过")).toBeVisible();
  expect(screen.getByText("应经过「财务复核」,实际走了 退款申请 → 运营终审")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "删除用例「大额」" }));
  await waitFor(() => expect(screen.queryByText("大额")).toBeNull());
});

test("nothing of the page stands in the way of those who do not see it", async () => {
  stage.cases = [CASE];
  const { container } = await rehearseOrder();
  await screen.findByRole("list", { name: "步骤" });

  expect(await axeViolations(container)).toEqual([]);
});

const NOW = new Date("2026-01-26T01:00:00Z");

test("who is away is away for the day of the run, and only other outcomes than the usual are sent", () => {
  const graph = refundGraph();
  const wish = {
    ...NEW_WISH,
    source: "values" as const,
    away: ["finance1"],
    outcomes: { ops: "reject", finance: "usual" },
  };

  const sent = requestOf(wish, graph, NOW);

  expect(sent.absences).toEqual([
    { user: "finance1", start: "2026-01-26T01:00:00.000Z", end: "2026-01-27T01:00:00.000Z" },
  ]);
  expect(sent.outcomes).toEqual([{ node: "ops", do: "reject" }]);
  expect(givenOf(wish, graph, NOW)["at"]).toBe("2026-01-26T01:00:00.000Z");
});

test("a drawing that breaks a case is published for a reason only", async () => {
  const sent: Record<string, unknown>[] = [];
  server.use(
    http.post("*/api/v1/definitions/f1/publish", async ({ request }) => {
      const given = (await request.json()) as Record<string, unknown>;
      sent.push(given);
      if (given["despite_cases"] === undefined) {
        const miss = { path: "cases/大额", code: "case.passes", message: "x", params: { name: "大额" } };
        const problem = { type: "x", title: "", status: 422, code: "definition.cases_failed", detail: "x" };
        return HttpResponse.json({ ...problem, errors: [miss] }, { status: 422, headers: PROBLEM });
      }
      const published = { version: 2, live: true, effective_at: NOW.toISOString() };
      return HttpResponse.json(published, { status: 201 });
    }),
  );
  const { user } = renderApp("/flows/f1");
  await user.click(await screen.findByRole("button", { name: "保存并发布新版本" }));
  const dialog = within(await screen.findByRole("dialog"));
  fireEvent.change(dialog.getByLabelText("版本说明"), { target: { value: "放宽" } });
  const publish = dialog.getByRole("button", { name: /发布 v2/ });
  await waitFor(() => expect(publish).toBeEnabled());
  await user.click(publish);

  expect(await dialog.findByText("未通过的用例:大额")).toBeVisible();
  fireEvent.change(dialog.getByLabelText("仍要发布的原因(会留下记录)"), { target: { value: "财务已同意" } });
  await user.click(publish);

  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent.map((one) => one["despite_cases"])).toEqual([undefined, "财务已同意"]);
});

const PROBLEM = { "Content-Type": "application/problem+json" };
