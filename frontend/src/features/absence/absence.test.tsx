import { configure, screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { Absence, Delegation } from "@/api/types";
import { setLanguage } from "@/i18n";
import { axeViolations } from "@/test/axe";
import { person, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { dayFrom } from "./days";

configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 40_000 });

const WANG = { username: "finance2", display_name: "王芳" };
const LI = { username: "finance1", display_name: "李雷" };

function aDelegation(change: Partial<Delegation> = {}): Delegation {
  return {
    id: 1,
    person: LI,
    to: WANG,
    start: "2026-01-26",
    end: "2026-02-02",
    zone: "Asia/Shanghai",
    flows: [],
    reason: "",
    status: "active",
    ended_at: null,
    ...change,
  };
}

type House = { absences: Absence[]; delegations: Delegation[]; waiting: number; sent: [string, unknown][] };
let house: House;

const undecided = (waiting: number) =>
  HttpResponse.json(
    {
      type: "urn:x",
      title: "",
      status: 422,
      code: "present.undecided",
      detail: "Expected a decision.",
      errors: [],
      waiting,
    },
    { status: 422, headers: { "Content-Type": "application/problem+json" } },
  );

beforeEach(async () => {
  await setLanguage("zh-CN");
  house = { absences: [], delegations: [], waiting: 0, sent: [] };
  signedIn(person());
  const people = [LI, WANG].map((one, at) => ({ id: String(at + 1), department: null, ...one }));
  const stored = (path: string, answer: object) =>
    http.post(path, async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      house.sent.push([new URL(request.url).pathname.replace("/api/v1", ""), body]);
      if (house.waiting > 0 && body["present"] === undefined) return undecided(house.waiting);
      const present = { waiting: house.waiting, moved: house.waiting, stayed: 0, pending: false };
      return HttpResponse.json({ ...answer, present });
    });
  server.use(
    http.get("*/api/v1/tasks", () => HttpResponse.json({ results: [], next: null })),
    http.get("*/api/v1/people", () => HttpResponse.json({ results: people, next: null })),
    http.get("*/api/v1/definitions", () => HttpResponse.json({ results: [], next: null })),
    http.get("*/api/v1/people/:id/absences", () => HttpResponse.json({ results: house.absences })),
    http.get("*/api/v1/delegations", () => HttpResponse.json({ results: house.delegations, next: null })),
    stored("*/api/v1/people/:id/absences", {}),
    stored("*/api/v1/delegations", { delegation: aDelegation() }),
    stored("*/api/v1/delegations/:id/end", { delegation: aDelegation({ status: "over" }) }),
  );
});

test("G C leads to the page, and leave is whole days", async () => {
  const { user } = renderApp("/inbox");
  await screen.findByRole("link", { name: "日历与委托" });
  await user.keyboard("gc");
  const form = await screen.findByRole("form", { name: "登记休假" });

  await user.click(within(form).getByRole("button", { name: "登记休假" }));

  await screen.findAllByText("已登记休假");
  const begin = (day: string) => new Date(`${day}T00:00:00`).toISOString();
  expect(house.sent).toEqual([["/people/1/absences", { start: begin(dayFrom(0)), end: begin(dayFrom(1)) }]]);
});

test("who delegates is asked about open tasks, and nothing is sent again before the answer", async () => {
  house.waiting = 2;
  const { user } = renderApp("/absence");
  const form = await screen.findByRole("form", { name: "设置代理" });
  const send = within(form).getByRole("button", { name: "设置代理" });
  expect(send).toBeDisabled();
  await user.click(within(form).getByRole("combobox", { name: "代理人" }));
  await user.click(await screen.findByText("王芳 (finance2)"));
  await user.click(send);

  const question = await within(form).findByRole("group", { name: "现有 2 条待办,怎么处理?" });
  expect(send).toBeDisabled();
  await user.click(within(question).getByRole("radio", { name: "开始时一并转给代理人" }));
  await user.click(send);

  await screen.findAllByText("已设置代理,并转交 2 条待办");
  const wanted = { to: "finance2", start: dayFrom(0), end: dayFrom(1) };
  expect(house.sent).toEqual([
    ["/delegations", wanted],
    ["/delegations", { ...wanted, present: "move" }],
  ]);
});

test("a delegation says its last day, and ending it asks what becomes of the work", async () => {
  house.delegations = [aDelegation(), aDelegation({ id: 2, person: WANG, to: LI })];
  house.waiting = 1;
  const { user } = renderApp("/absence");
  const list = await screen.findByRole("list", { name: "代理" });
  const [mine, forOther] = await within(list).findAllByRole("listitem");
  expect(mine).toHaveTextContent("王芳 代你处理 · 2026-01-26 – 2026-02-01");
  expect(forOther).toHaveTextContent("你代 王芳 处理");
  expect(within(forOther!).queryByRole("button")).toBeNull();

  await user.click(within(mine!).getByRole("button", { name: "提前结束" }));
  await user.click(await within(mine!).findByRole("radio", { name: "交还本人" }));
  await user.click(within(mine!).getByRole("button", { name: "提前结束" }));

  await vi.waitFor(() =>
    expect(house.sent).toEqual([
      ["/delegations/1/end", { reason: "" }],
      ["/delegations/1/end", { present: "move", reason: "" }],
    ]),
  );
});

test("a supervisor looks after those of others", async () => {
  signedIn(person({ id: 7, username: "supervisor1", display_name: "郑督导", roles: ["supervisor"] }));
  house.delegations = [aDelegation()];
  const { user } = renderApp("/absence");
  await user.click(await screen.findByRole("combobox", { name: "查看谁的" }));
  await user.click(await screen.findByText("李雷 (finance1)"));

  expect(await screen.findByText(/王芳 代 李雷 处理/)).toBeVisible();
  expect(screen.getAllByLabelText("原因(会写入操作日志)")).toHaveLength(2);
});

test.each(["zh-CN", "en"] as const)("the page has no violations that axe can see (%s)", async (language) => {
  signedIn(person({ language }));
  await setLanguage(language);
  house.delegations = [aDelegation()];
  house.absences = [
    { id: 1, start: "2026-01-26T00:00:00Z", end: "2026-01-27T00:00:00Z", reason: "", status: "away" },
  ];
  const { container } = renderApp("/absence");
  await screen.findByRole("heading", { name: language === "en" ? "Delegation" : "代理" });

  expect(await axeViolations(container)).toEqual([]);
});
