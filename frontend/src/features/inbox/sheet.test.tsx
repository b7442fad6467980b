import { act, screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { anInbox, type Inbox, inboxHandlers } from "./inbox.server";
import { aTask, decided } from "./tasks.fixture";

let inbox: Inbox;

beforeEach(() => {
  inbox = anInbox(0);
  const task = decided(aTask(1), "王芳", "approved");
  task.comments.push({ actor: { id: "1", display_name: "李雷" }, at: task.closed_at!, text: "已电话确认" });
  task.votes[0]!.comment = "凭证齐全";
  inbox.done = [task];
  signedIn(personWith("approver"));
  server.use(...inboxHandlers(inbox));
});

test("a case is printed with its facts, every answer with its words, and who printed it when", async () => {
  renderApp("/inbox/task-1/print");

  const sheet = await screen.findByRole("article");
  expect(sheet).toHaveTextContent("退款金额 ¥51.00");
  expect(sheet).toHaveTextContent("ORD-1");
  expect(sheet).toHaveTextContent("发起人:小敏");
  expect(sheet).toHaveTextContent("订单金额¥199.00");
  expect(screen.getByRole("row", { name: /财务复核 已同意 王芳 已同意 .* 凭证齐全/ })).toBeVisible();
  expect(sheet).toHaveTextContent("已电话确认");
  expect(sheet).toHaveTextContent(/李雷 打印于 \d{4}年/);
  expect(screen.getByRole("link", { name: "返回待办" })).toHaveAttribute("href", "/inbox/task-1");
  expect(await axeViolations()).toEqual([]);
});

test("paper is white, and the theme comes back", async () => {
  renderApp("/inbox/task-1/print");
  await screen.findByRole("article");
  document.documentElement.dataset["theme"] = "dark";

  act(() => void window.dispatchEvent(new Event("beforeprint")));
  expect(document.documentElement.dataset["theme"]).toBe("light");
  act(() => void window.dispatchEvent(new Event("afterprint")));
  expect(document.documentElement.dataset["theme"]).toBe("dark");
});

test("a task that is not one's own cannot be printed", async () => {
  server.use(
    http.get("*/api/v1/tasks/:id", () => HttpResponse.json({ code: "task.unknown" }, { status: 404 })),
  );
  renderApp("/inbox/task-1/print");

  expect(await screen.findByRole("alert")).toBeVisible();
  expect(screen.queryByRole("article")).toBeNull();
});
