/** A request that came back: what was said, the form with what may be revised, what is sent, what approvers see. */
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { anInbox, type Inbox, inboxHandlers } from "./inbox.server";
import { revised, textOfField, valueOfField } from "./resubmission";
import { aTask } from "./tasks.fixture";

const AMOUNT = {
  key: "refundAmount",
  type: "money",
  label: { zh: "退款金额", en: "Refund amount" },
  value: { amount: "58.00", currency: "CNY" },
};
const REASON = { key: "reason", type: "text", label: { zh: "原因", en: "Reason" }, value: "破损" };
const AT = "2026-01-26T09:00:00+08:00";

let inbox: Inbox;

function asking(change: Parameters<typeof aTask>[1]) {
  inbox = anInbox(1);
  inbox.todo = [aTask(1, change)];
  server.use(...inboxHandlers(inbox));
}

beforeEach(() => signedIn(personWith("requester")));

test("values become texts and come back exactly; only what was edited is sent", () => {
  expect([AMOUNT, REASON].map(textOfField)).toEqual(["58.00", "破损"]);
  expect(valueOfField(AMOUNT, "20.10")).toEqual({ amount: "20.10", currency: "CNY" });
  expect(valueOfField({ type: "integer", value: 1 }, "12")).toBe(12);
  expect(valueOfField({ type: "decimal", value: "0.1" }, "0.10")).toBe("0.10");
  expect(valueOfField({ type: "list<text>", value: [] }, '["a"]')).toEqual(["a"]);
  expect(valueOfField({ type: "list<text>", value: [] }, "a,")).toBe("a,");
  expect(valueOfField(REASON, " ")).toBeNull();
  expect(revised([AMOUNT, REASON], { refundAmount: "58.00", reason: "质量问题" })).toEqual({
    reason: "质量问题",
  });
});

test("the requester reads why, revises by keyboard alone and submits again", async () => {
  asking({
    mode: "resubmit",
    actions: ["resubmit"],
    title: { zh: "退款申请", en: "Refund request" },
    resubmission: {
      returned: {
        outcome: "rejected",
        node: "finance",
        node_name: { zh: "财务复核", en: "Finance" },
        said: [{ by_name: "王芳", comment: "金额不对", at: AT }],
        at: AT,
      },
      form: [AMOUNT, REASON],
    },
  });
  const { user } = renderApp("/inbox/task-1");

  const back = await screen.findByRole("region", { name: "在「财务复核」被驳回,请修改后重新提交" });
  expect(within(back).getByText("金额不对")).toBeVisible();
  await user.keyboard("u");
  const form = await screen.findByRole("form", { name: "修改并重新提交" });
  const amount = within(form).getByRole("textbox", { name: "退款金额 (CNY)" });
  expect(amount).toHaveValue("58.00");
  await user.clear(amount);
  await user.type(amount, "20.00");
  expect(within(form).getByText("原来:¥58.00")).toBeVisible();
  expect(await axeViolations(form)).toEqual([]);
  await user.type(
    within(form).getByRole("textbox", { name: /说明/ }),
    "按实际金额{Control>}{Enter}{/Control}",
  );

  expect(inbox.sent).toEqual([
    expect.objectContaining({
      path: "task-1/resubmit",
      body: {
        revision: 3,
        variables: { refundAmount: { amount: "20.00", currency: "CNY" } },
        comment: "按实际金额",
      },
    }),
  ]);
});

test("what the server finds wrong stands at its field, and nothing is lost", async () => {
  asking({ mode: "resubmit", actions: ["resubmit"], resubmission: { form: [AMOUNT] } });
  server.use(
    http.post("*/api/v1/tasks/:id/resubmit", () =>
      HttpResponse.json(
        {
          status: 422,
          code: "variables.invalid",
          detail: "x",
          errors: [{ path: "/variables/refundAmount", code: "variable.mismatch", message: "x", params: {} }],
        },
        { status: 422 },
      ),
    ),
  );
  const { user } = renderApp("/inbox/task-1");
  await screen.findByRole("button", { name: /修改并重新提交/ });
  await user.keyboard("u");
  const amount = await screen.findByRole("textbox", { name: "退款金额 (CNY)" });
  await user.clear(amount);
  await user.type(amount, "zwanzig");
  await user.click(screen.getByRole("button", { name: "重新提交" }));

  expect(await screen.findAllByRole("alert")).not.toHaveLength(0);
  expect(amount).toHaveAttribute("aria-invalid", "true");
  expect(amount).toHaveValue("zwanzig");
});

test("approvers of the next round see what was changed", async () => {
  signedIn(personWith("approver"));
  const { value: before, ...told } = AMOUNT;
  asking({
    resubmission: {
      resubmitted: {
        by: "9",
        by_name: "小敏",
        at: AT,
        comment: "按实际金额",
        changes: [{ ...told, before, after: { amount: "20.00", currency: "CNY" } }],
      },
    },
  });
  renderApp("/inbox/task-1");

  const changed = await screen.findByRole("region", { name: /小敏 修改后重新提交/ });
  expect(within(changed).getByText("¥58.00")).toBeVisible();
  expect(within(changed).getByText("¥20.00")).toBeVisible();
  expect(await axeViolations(changed)).toEqual([]);
});
