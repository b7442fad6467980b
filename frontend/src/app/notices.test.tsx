import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { Notice } from "@/api/types";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";

const RUN = "0190f5fe-7c00-7000-8000-000000000001";

function notice(id: string, change: Partial<Notice> = {}): Notice {
  return {
    id,
    title: { zh: `订单 A${id} 已发货`, en: `Order A${id} sent` },
    text: { zh: "顺丰", en: "SF" },
    definition: { zh: "发货", en: "Shipping" },
    subject: `A${id}`,
    instance: RUN,
    task: null,
    at: "2026-01-26T01:00:00Z",
    read_at: null,
    ...change,
  };
}

/** A server with these notices, and what it was told about them. */
function told(...notices: Notice[]) {
  const sent: string[] = [];
  const read = (chosen: (one: Notice) => boolean) => {
    for (const one of notices.filter(chosen)) one.read_at = "2026-01-26T02:00:00Z";
  };
  const unread = () => notices.filter((one) => one.read_at === null).length;
  server.use(
    http.get("*/api/v1/notices/summary", () => HttpResponse.json({ unread: unread() })),
    http.get("*/api/v1/notices", () => HttpResponse.json({ results: notices, next: null })),
    http.post("*/api/v1/notices/read-all", async ({ request }) => {
      sent.push(JSON.stringify(await request.json()));
      read(() => true);
      return HttpResponse.json({ unread: unread() });
    }),
    http.post("*/api/v1/notices/:id/read", ({ params }) => {
      sent.push(String(params["id"]));
      read((one) => one.id === params["id"]);
      return HttpResponse.json(notices.find((one) => one.id === params["id"]));
    }),
  );
  return sent;
}

const NOWHERE = "/nowhere-at-all";

test("the bell says how much is unread, opens by the keyboard, and gives the focus back", async () => {
  signedIn(personWith("approver"));
  told(notice("2"), notice("1", { read_at: "2026-01-26T01:30:00Z" }));
  const { user } = renderApp(NOWHERE);
  const bell = await screen.findByRole("button", { name: "通知,1 条未读" });

  bell.focus();
  await user.keyboard("{Enter}");
  const list = await screen.findByRole("region", { name: "通知" });

  await waitFor(() => expect(within(list).getByText("订单 A2 已发货")).toBeVisible());
  expect(within(list).getAllByText("未读")).toHaveLength(1);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("region", { name: "通知" })).toBeNull());
  expect(bell).toHaveFocus();
});

test("a press marks a notice as read, and the number follows", async () => {
  signedIn(personWith("approver"));
  const sent = told(notice("2"), notice("1"));
  const { user } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: "通知,2 条未读" }));

  await user.click(await screen.findByRole("button", { name: "订单 A2 已发货" }));

  await waitFor(() => expect(screen.getByRole("button", { name: "通知,1 条未读" })).toBeVisible());
  expect(sent).toEqual(["2"]);
});

test("all that is shown is marked as read by the newest of them", async () => {
  signedIn(personWith("approver"));
  const sent = told(notice("7"), notice("1"));
  const { user } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: "通知,2 条未读" }));

  await user.click(await screen.findByRole("button", { name: "全部已读" }));

  await waitFor(() => expect(screen.getByRole("button", { name: "通知" })).toBeVisible());
  expect(sent).toEqual(['{"until":7}']);
});

test("whoever may look into runs is led to the run", async () => {
  signedIn(personWith("supervisor"));
  const sent = told(notice("2"), notice("1", { instance: null }));
  const { user, router } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: "通知,2 条未读" }));

  await waitFor(() => expect(screen.getByRole("button", { name: "订单 A1 已发货" })).toBeVisible());
  await user.click(await screen.findByRole("link", { name: "订单 A2 已发货" }));

  await waitFor(() => expect(router.state.location.pathname).toBe(`/console/${RUN}`));
  expect(sent).toEqual(["2"]);
});

test("programs have no bell, and an empty list says so", async () => {
  signedIn(personWith("integration"));
  const program = renderApp(NOWHERE);
  await screen.findByRole("heading", { name: "没有这个页面" });
  expect(screen.queryByRole("button", { name: "通知" })).toBeNull();
  program.unmount();

  signedIn(personWith("approver"));
  told();
  const { user } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: "通知" }));
  // The list opens step by step.
  await waitFor(() => expect(screen.getByText("还没有通知")).toBeVisible());
});

test("what cannot be fetched is said, and the open list has no violations that axe can see", async () => {
  signedIn(personWith("approver"));
  told(notice("2"));
  server.use(
    http.get("*/api/v1/notices", () => HttpResponse.json({ code: "http.500" }, { status: 500 }), {
      once: true,
    }),
  );
  const { user } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: "通知,1 条未读" }));

  await user.click(await screen.findByRole("button", { name: "重试" }));

  await waitFor(() => expect(screen.getByText("订单 A2 已发货")).toBeVisible());
  expect(await axeViolations()).toEqual([]);
});

test("a notice about a task leads to the task", async () => {
  signedIn(personWith("approver"));
  const sent = told(notice("3", { task: "task-3" }));
  const { user, router } = renderApp(NOWHERE);
  await user.click(await screen.findByRole("button", { name: "通知,1 条未读" }));

  await user.click(await screen.findByRole("link", { name: "订单 A3 已发货" }));

  await waitFor(() => expect(router.state.location.pathname).toBe("/inbox/task-3"));
  await waitFor(() => expect(sent).toEqual(["3"]));
});
