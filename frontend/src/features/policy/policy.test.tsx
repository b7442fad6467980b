import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { PolicyFinding } from "@/api/types";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";

const FLOW = {
  id: "flow-1",
  key: "refund",
  title: { zh: "小额退款直通", en: "Small refunds" },
  version: 3,
  steps: [
    { id: "finance", title: { zh: "财务复核", en: "Finance" } },
    { id: "ops", title: { zh: "运营终审", en: "Operations" } },
  ],
};

const say = (
  code: string,
  severity: "error" | "warning",
  params: Record<string, unknown>,
  flow: PolicyFinding["flow"],
): PolicyFinding => ({ flow, problem: { code, severity, message: `Server: ${code}.`, params }, since: null });

function finds(...results: PolicyFinding[]) {
  server.use(
    http.get("*/api/v1/policy/findings", () =>
      HttpResponse.json({ looked_at: "2026-01-26T01:00:00Z", results }),
    ),
    http.get("*/api/v1/groups", () =>
      HttpResponse.json({ results: [{ key: "finance", name: { zh: "财务组", en: "Finance team" } }] }),
    ),
    http.get("*/api/v1/people", () =>
      HttpResponse.json({ results: [{ username: "f1", display_name: "李雷" }], next: null }),
    ),
    http.get("*/api/v1/node-types", () => HttpResponse.json({ results: [] })),
  );
}

beforeEach(() => {
  signedIn(personWith("designer"));
});

test("each finding says what is wrong, where, and since when", async () => {
  const step = { ...FLOW, steps: FLOW.steps.slice(0, 1) };
  finds(
    say("approval.unknown_group", "error", { group: "gone" }, step),
    {
      ...say("policy.pool_of_one", "warning", { group: "finance", user: "f1" }, step),
      since: "2026-01-20T01:00:00Z",
    },
    say("policy.same_person", "warning", { user: "f1", steps: ["finance", "ops"] }, FLOW),
    say("policy.department_circle", "error", { department: "shop" }, null),
  );
  const { container } = renderApp("/policy");

  const named = await screen.findByText("「财务组」里只剩李雷一个人能审批,请假时就没有人处理");
  const mine = within(named.closest("ul") ?? document.body).getAllByRole("listitem");
  const at = (number: number) => within(mine[number] ?? document.body);

  expect(mine[1]).toContainElement(named);
  expect(at(1).getByText("留意")).toBeVisible();
  expect(mine[1]).toHaveTextContent("步骤「财务复核」");
  expect(mine[1]).toHaveTextContent("发现于");
  expect(at(2).getByText("「财务复核、运营终审」这 2 步都只有李雷一个人能审批,等于一个人审完")).toBeVisible();
  expect(at(0).getByText("要处理")).toBeVisible();
  expect(at(0).getByRole("link", { name: "小额退款直通 v3" })).toHaveAttribute("href", "/flows/flow-1");
  expect(mine[0]).toHaveTextContent("新发现");
  expect(mine[3]).toHaveTextContent("组织");
  expect(await axeViolations(container)).toEqual([]);
});

test("a circle of delegations is told by the names of its people", async () => {
  finds(say("policy.delegation_circle", "warning", { people: ["li", "ghost", "li"], most: 5 }, null));
  renderApp("/policy");

  expect(await screen.findByText(/委托绕成了一圈:.* → ghost → /)).toBeVisible();
});

test("nothing found is said so", async () => {
  finds();
  renderApp("/policy");

  expect(await screen.findByText("没有发现问题")).toBeVisible();
});
