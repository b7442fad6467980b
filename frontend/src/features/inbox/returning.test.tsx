/** Sending a run back from the inbox: the steps, the consequences as sentences, the reason, and a run that moved. */
import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { ReturnPreview, WayBack } from "@/api/types";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { anInbox, type Inbox, inboxHandlers, problem } from "./inbox.server";
import { aTask } from "./tasks.fixture";

const way = (node: string, change: Partial<WayBack> = {}): WayBack => ({
  node,
  name: { zh: `步骤${node}`, en: `Step ${node}` },
  is_requester: false,
  visit: 1,
  resumes: ["restart", "back"],
  effects: [
    { kind: "cancels_task", node: "ops", params: {}, name: { zh: "运营终审", en: "Operations" } },
    { kind: "enters_node", node, params: {}, name: { zh: `步骤${node}`, en: `Step ${node}` } },
  ],
  asks: [{ kind: "group", key: "finance", name: { zh: "财务部", en: "Finance" } }],
  refused: null,
  ...change,
});

let inbox: Inbox;
let previews: ReturnPreview[];

beforeEach(() => {
  signedIn(personWith("approver"));
  inbox = anInbox(1);
  inbox.todo = [aTask(1, { actions: ["approve", "reject", "return", "comment"] })];
  previews = [
    {
      targets: [
        way("财务"),
        way("初审", { resumes: [], refused: { code: "return.would_repeat", params: {} } }),
      ],
      token: "seen-1",
    },
  ];
  server.use(
    http.post("*/api/v1/tasks/:id/return/preview", () =>
      HttpResponse.json(previews.length > 1 ? previews.shift() : previews[0]),
    ),
    ...inboxHandlers(inbox),
  );
});

async function open() {
  const { user } = renderApp("/inbox/task-1");
  await screen.findByRole("heading", { name: "退款金额 ¥51.00" });
  await user.keyboard("b");
  return { user, form: await screen.findByRole("form", { name: "退回" }) };
}

test("the steps, what happens and who is asked again are said before anything is done", async () => {
  const { form } = await open();

  expect(await within(form).findByRole("radio", { name: /步骤财务/ })).toBeChecked();
  expect(within(form).getByRole("radio", { name: /步骤初审/ })).toBeDisabled();
  expect(within(form).getByText("之后已有步骤对外执行过,不能重来")).toBeVisible();
  expect(
    within(form)
      .getAllByRole("listitem")
      .map((one) => one.textContent),
  ).toEqual(["结束「运营终审」的待办", "重新请 财务部 处理「步骤财务」", "之前的意见留在历史里,不再计票"]);
  expect(inbox.sent).toEqual([]);
  expect(await axeViolations(form)).toEqual([]);
});

test("a return needs a reason, and says where to and how it goes on", async () => {
  const { user, form } = await open();
  await user.click(await within(form).findByRole("button", { name: "退回到「步骤财务」" }));
  expect(within(form).getByRole("alert")).toHaveTextContent("请写明退回原因");
  expect(inbox.sent).toEqual([]);

  await user.click(within(form).getByRole("radio", { name: /直接回到我这一步/ }));
  await user.type(within(form).getByRole("textbox", { name: /为什么退回/ }), "缺凭证");
  await user.click(within(form).getByRole("button", { name: "退回到「步骤财务」" }));

  await waitFor(() =>
    expect(inbox.sent.map((one) => [one.path, one.body])).toEqual([
      ["task-1/return", { to: "财务", resume: "back", token: "seen-1", revision: 3, comment: "缺凭证" }],
    ]),
  );
});

test("when the run has moved the consequences are shown anew and what was typed stays", async () => {
  previews.push({ targets: [way("复核")], token: "seen-2" });
  const { user, form } = await open();
  server.use(http.post("*/api/v1/tasks/task-1/return", () => problem(409, "return.stale_token")));
  await user.type(await within(form).findByRole("textbox", { name: /为什么退回/ }), "缺凭证");
  await user.click(await within(form).findByRole("button", { name: "退回到「步骤财务」" }));

  expect(await screen.findByText("流程刚刚有变化,请看过最新的后果再退回")).toBeVisible();
  expect(await screen.findByRole("button", { name: "退回到「步骤复核」" })).toBeVisible();
  expect(screen.getByRole("textbox", { name: /为什么退回/ })).toHaveValue("缺凭证");
});

test("where nobody was asked before there is nowhere to return to", async () => {
  previews = [{ targets: [], token: "x" }];
  const { form } = await open();

  expect(await within(form).findByText("前面没有人审批过的步骤,不能退回")).toBeVisible();
  expect(within(form).getByRole("button", { name: "退回" })).toBeDisabled();
});
