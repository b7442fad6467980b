import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { anInbox, type Inbox, inboxHandlers } from "./inbox.server";
import { aTask } from "./tasks.fixture";

let inbox: Inbox;
let asked: string[];

beforeEach(() => {
  inbox = anInbox(2);
  inbox.todo.push(
    aTask(3, { node: "ops", title: { zh: "运营终审", en: "Operations" }, due_at: "2020-01-01T00:00:00Z" }),
  );
  asked = [];
  signedIn(personWith("approver"));
  server.use(...inboxHandlers(inbox));
  server.events.removeAllListeners();
  server.events.on("request:start", ({ request }) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.endsWith("/tasks")) asked.push(search);
  });
});

const rows = () => within(screen.getByRole("region", { name: "待办列表" })).getAllByRole("listitem");

test("a filter stands in the address, asks the server, and opens what it found", async () => {
  const { user, router } = renderApp("/inbox");
  await user.click(await screen.findByRole("button", { name: "已超时" }));

  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(router.state.location.pathname + router.state.location.search).toBe("/inbox/task-3?due=overdue");
  expect(asked.at(-1)).toContain("due=overdue");
  expect(screen.getByRole("button", { name: "已超时" })).toHaveAttribute("aria-pressed", "true");
  expect(await axeViolations()).toEqual([]);

  await user.click(screen.getByRole("button", { name: "清除筛选" }));
  await waitFor(() => expect(rows()).toHaveLength(3));
  expect(router.state.location.search).toBe("");
});

test("F opens the fields, a view is kept under a name, and its chip brings it back", async () => {
  const { user, router } = renderApp("/inbox");
  await screen.findByRole("button", { name: /同意/ });
  await user.keyboard("f");
  expect(screen.getByRole("combobox", { name: "流程" })).toHaveFocus();

  await user.selectOptions(screen.getByRole("combobox", { name: "步骤" }), "运营终审");
  await waitFor(() => expect(rows()).toHaveLength(1));
  await user.type(screen.getByRole("textbox", { name: "存为视图,名称" }), "终审");
  await user.click(screen.getByRole("button", { name: "保存视图" }));
  const chip = await screen.findByRole("link", { name: "终审" });
  expect(chip).toHaveAttribute("aria-current", "true");
  expect(inbox.views).toEqual([{ id: 1, name: "终审", filters: { step: "ops" } }]);

  await user.click(screen.getByRole("button", { name: "清除筛选" }));
  await waitFor(() => expect(rows()).toHaveLength(3));
  await user.click(screen.getByRole("link", { name: "终审" }));
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(router.state.location.search).toBe("?step=ops");

  await user.click(screen.getByRole("button", { name: "删除视图「终审」" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "终审" })).toBeNull());
});

test("nothing found names the view, or else the filter, and leads back", async () => {
  inbox.views = [{ id: 1, name: "大促", filters: { flow: "sale" } }];
  server.use(http.get("*/api/v1/tasks", () => HttpResponse.json({ results: [], next: null })));
  const first = renderApp("/inbox?flow=sale");
  expect(await screen.findByText("没有符合「大促」的待办")).toBeVisible();
  first.unmount();

  renderApp("/inbox?due=overdue&q=ORD");

  expect(await screen.findByText("没有符合「ORD、已超时」的待办")).toBeVisible();
  expect(screen.getByRole("link", { name: "清除筛选" })).toHaveAttribute("href", "/inbox");
});
