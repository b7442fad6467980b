import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { anInbox, type Inbox, inboxHandlers } from "./inbox.server";
import { aTask } from "./tasks.fixture";

let inbox: Inbox;

beforeEach(() => {
  inbox = anInbox(1);
  signedIn(personWith("approver"));
  server.use(...inboxHandlers(inbox));
});

const sent = (by: string | null) => ({
  by,
  comment: "供排班参考",
  at: new Date().toISOString(),
  read_at: null,
});

test("a copy is unread until it is opened, says who sent it, and offers nothing to do", async () => {
  inbox.cc = [1, 2].map((number) =>
    aTask(number + 4, { actions: [], copy: sent(number === 1 ? "王芳" : null) }),
  );
  const { user, container } = renderApp("/inbox");
  const tab = await screen.findByRole("link", { name: /抄送我/ });
  await waitFor(() => expect(tab).toHaveAccessibleName("抄送我 2 条未读"));

  await user.click(tab);

  expect(await screen.findByText("王芳 抄送给你,仅供查看", { exact: false })).toBeVisible();
  expect(screen.getByText("这条待办现在不需要你处理")).toBeVisible();
  expect(inbox.sent.map(({ path }) => path)).toEqual(["task-5/read"]);
  await waitFor(() =>
    expect(screen.getByRole("link", { name: /抄送我/ })).toHaveAccessibleName("抄送我 1 条未读"),
  );
  const rows = within(screen.getByRole("region", { name: "待办列表" })).getAllByRole("listitem");
  expect(rows.map((row) => within(row).queryByText("未读") !== null)).toEqual([false, true]);
  expect(rows[1]).toHaveTextContent("流程抄送:供排班参考");
  expect(await axeViolations(container)).toEqual([]);
});

test("O sends a copy to several at once, found and chosen by keyboard", async () => {
  inbox.todo = [aTask(1, { actions: ["approve", "cc", "comment"] })];
  const { user } = renderApp("/inbox");
  await screen.findByRole("button", { name: /抄送/ });

  await user.keyboard("o");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("请选择人或组");
  await user.click(await screen.findByRole("checkbox", { name: /部门负责人备选组/ }));
  await user.click(screen.getByRole("checkbox", { name: /王芳/ }));
  await user.click(screen.getByRole("button", { name: "去掉 部门负责人备选组" }));
  await user.type(screen.getByRole("textbox", { name: "想说的话(可不填)" }), "请知悉{Enter}");

  await screen.findAllByText("已抄送");
  expect(inbox.sent.map(({ path, body }) => [path, body])).toEqual([
    ["task-1/cc", { to: [{ kind: "user", key: "finance2" }], comment: "请知悉" }],
  ]);
});

test("who sent a copy sees who has read it, and others only that there is one", async () => {
  const to = (name: string) => ({ id: name, username: name, display_name: name });
  const copy = { by: "李雷", comment: "", at: new Date().toISOString() };
  inbox.todo = [
    aTask(1, {
      copies: [
        { ...copy, to: to("赵敏"), reading: { read_at: new Date().toISOString() } },
        { ...copy, to: to("王芳"), reading: { read_at: null } },
        { ...copy, to: to("韩梅"), by: null, reading: null },
      ],
    }),
  ];
  renderApp("/inbox");

  const list = within(await screen.findByRole("region", { name: "抄送" })).getAllByRole("listitem");

  expect(list.map((one) => one.textContent)).toEqual([
    expect.stringMatching(/^赵敏李雷 抄送已读/) as string,
    "王芳李雷 抄送未读",
    "韩梅流程抄送",
  ]);
});
