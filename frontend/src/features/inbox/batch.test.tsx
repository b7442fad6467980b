import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { media } from "@/test/setup";
import { anInbox, type Inbox, inboxHandlers } from "./inbox.server";
import { between, canChoose } from "./selection";
import { aTask, decided } from "./tasks.fixture";

let inbox: Inbox;

beforeEach(() => {
  inbox = anInbox(4);
  signedIn(personWith("approver"));
  server.use(...inboxHandlers(inbox));
});

const DECIDED = {
  code: "task.already_decided",
  detail: "in words",
  params: { decided_by: "王芳", outcome: "rejected" },
};

const rows = () => within(screen.getByRole("region", { name: "待办列表" })).getAllByRole("listitem");
const bar = () => screen.findByRole("group", { name: "批量处理" });
const ticked = () =>
  screen.getAllByRole<HTMLInputElement>("checkbox").flatMap((box, index) => (box.checked ? [index + 1] : []));

async function open() {
  const app = renderApp("/inbox");
  await screen.findByRole("button", { name: /同意/ });
  return app;
}

test("chosen by keys, looked at with its sum, answered together, and each result told", async () => {
  inbox.refused["task-2"] = DECIDED;
  inbox.refusedLate["task-3"] = { code: "task.revision_conflict", detail: "in words", params: {} };
  const { user } = await open();

  await user.keyboard("x{Shift>}jj{/Shift}");
  expect(ticked()).toEqual([1, 2, 3]);
  expect(await bar()).toHaveTextContent("已选 3 条");
  await user.click(within(await bar()).getByRole("button", { name: "批量同意" }));

  const dialog = await screen.findByRole("dialog", { name: "批量同意" });
  const said = await within(dialog).findByText("将同意 2 条,合计 ¥104.00;不包含 1 条");
  await waitFor(() => expect(said).toBeVisible()); // the dialog is still opening
  expect(dialog).toHaveTextContent("退款金额 ¥52.00 ORD-2王芳 驳回了这一单");
  expect(inbox.sent.map((one) => one.path)).toEqual(["batch/preview"]);
  expect(inbox.sent[0]?.body).toEqual({
    action: "approve",
    comment: "",
    tasks: [1, 2, 3].map((number) => ({ id: `task-${number}`, revision: 3 })),
  });
  expect(await axeViolations()).toEqual([]);

  await user.keyboard("{Enter}");
  expect(await within(dialog).findByText("1 条已同意,1 条没成功")).toBeVisible();
  expect(screen.getByTestId("live-region")).toHaveTextContent("1 条已同意");
  expect(dialog).toHaveTextContent("退款金额 ¥53.00 ORD-3这条待办刚刚有变化,请看过最新内容再决定");
});

test("only what failed is tried again, as the list has it now", async () => {
  inbox.refusedLate["task-2"] = { code: "task.revision_conflict", detail: "in words", params: {} };
  const { user } = await open();
  await user.keyboard("x{Shift>}j{/Shift}");
  await user.click(within(await bar()).getByRole("button", { name: "批量同意" }));
  await user.click(await screen.findByRole("button", { name: "同意 2 条" }));
  await screen.findByText("1 条已同意,1 条没成功");
  inbox.refusedLate = {};
  inbox.todo = inbox.todo.map((task) => (task.id === "task-2" ? { ...task, revision: 4 } : task));

  await user.click(screen.getByRole("button", { name: "只重试没成功的 1 条" }));
  await user.click(await screen.findByRole("button", { name: "同意 1 条" }));

  expect(await within(screen.getByRole("dialog")).findByText("1 条已同意")).toBeVisible();
  expect(inbox.sent.at(-2)?.body).toEqual({
    action: "approve",
    comment: "",
    tasks: [{ id: "task-2", revision: 4 }],
  });
  await user.click(screen.getByRole("button", { name: /完\s*成/ }));
  await waitFor(() => expect(screen.queryByRole("group", { name: "批量处理" })).toBeNull());
});

test("a rejection asks for one reason before anything is looked at", async () => {
  const { user } = await open();
  await user.keyboard("{Control>}a{/Control}");
  expect(ticked()).toEqual([1, 2, 3, 4]);
  await user.click(within(await bar()).getByRole("button", { name: "批量驳回" }));

  const reason = await screen.findByRole("textbox", { name: "为什么驳回?这 4 条的发起人都会看到" });
  await user.click(screen.getByRole("button", { name: /预\s*览/ }));
  expect(screen.getByRole("alert")).toHaveTextContent("请写明驳回原因");
  expect(inbox.sent).toEqual([]);
  await user.type(reason, "超过七天");
  await user.click(screen.getByRole("button", { name: /预\s*览/ }));

  expect(await screen.findByText("将驳回 4 条,合计 ¥210.00")).toBeVisible();
  expect(inbox.sent[0]?.body).toMatchObject({ action: "reject", comment: "超过七天" });
});

test("with the mouse: one by one, and a whole stretch with shift", async () => {
  const { user } = await open();
  const [first, second, third] = screen.getAllByRole("checkbox");

  await user.click(first!);
  await user.keyboard("{Shift>}");
  await user.click(third!);
  await user.keyboard("{/Shift}");
  expect(ticked()).toEqual([1, 2, 3]);
  await user.click(second!);
  expect(ticked()).toEqual([1, 3]);
  await user.click(within(await bar()).getByRole("button", { name: "取消选择" }));
  expect(ticked()).toEqual([]);
});

test("on a phone choosing is asked for, and given up again with what was chosen", async () => {
  media.matches = (query) => query.includes("max-width: 767px");
  const { user } = renderApp("/inbox");
  const start = await screen.findByRole("button", { name: "批量处理" });
  expect(screen.queryAllByRole("checkbox")).toEqual([]);

  await user.click(start);
  await user.click(screen.getAllByRole("checkbox")[0]!);
  expect(await screen.findByText("已选 1 条")).toBeVisible();

  await user.click(screen.getByRole("button", { name: "退出批量" }));
  expect(screen.queryByText("已选 1 条")).toBeNull();
  expect(screen.queryAllByRole("checkbox")).toEqual([]);
});

test("Escape gives up the choice before it does anything else", async () => {
  const { user } = await open();
  await user.keyboard("x");
  expect(ticked()).toEqual([1]);

  await user.keyboard("{Escape}");

  expect(ticked()).toEqual([]);
  expect(screen.queryByRole("group", { name: "批量处理" })).toBeNull();
});

test("a row that somebody else decided keeps its place, says who, and cannot be chosen", async () => {
  const { client } = await open();
  const gone = decided(inbox.todo[0]!, "王芳", "approved");
  inbox.todo = inbox.todo.slice(1);
  inbox.done = [gone];

  await client.invalidateQueries({ queryKey: ["tasks"] });

  await waitFor(() => expect(rows()[0]).toHaveTextContent("王芳 处理于"));
  expect(rows()).toHaveLength(4);
  expect(rows()[0]).toHaveAttribute("data-over", "true");
  expect(screen.getAllByRole("checkbox")[0]).toBeDisabled();
});

test("a stretch is the rows between two, in either direction; who is not asked cannot choose", () => {
  const tasks = [1, 2, 3, 4].map((number) => aTask(number));
  const ids = (from: number, to: number) =>
    between(tasks, `task-${from}`, `task-${to}`).map((task) => task.id);

  expect(ids(2, 4)).toEqual(["task-2", "task-3", "task-4"]);
  expect(ids(4, 3)).toEqual(["task-3", "task-4"]);
  expect(ids(9, 2)).toEqual(["task-2"]);
  expect(canChoose(aTask(1, { actions: ["transfer", "comment"] }))).toBe(false);
});
