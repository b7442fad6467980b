/** What a step lets its people read and fill in: facts of the case, typed inputs with the approval, and refusals. */
import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { TaskField } from "@/api/types";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";
import { anInbox, type Inbox, inboxHandlers } from "./inbox.server";
import { aTask } from "./tasks.fixture";

const field = (name: string, change: Partial<TaskField>): TaskField => ({
  name,
  label: { zh: `字段${name}`, en: `Field ${name}` },
  type: "text",
  access: "write",
  value: null,
  ...change,
});

let inbox: Inbox;
let sent: unknown[];

beforeEach(() => {
  signedIn(personWith("approver"));
  inbox = anInbox(1);
  sent = [];
  inbox.todo = [
    aTask(1, {
      form: [
        field("会员", { access: "read", value: "金卡" }),
        field("金额", { access: "required", type: "money" }),
        field("到货", { type: "boolean" }),
      ],
    }),
  ];
  server.use(
    http.post("*/api/v1/tasks/:id/approve", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(
        {
          status: 422,
          code: "task.fields_invalid",
          detail: "",
          errors: [{ path: "/form/金额", code: "field.mismatch", message: "", params: {} }],
        },
        { status: 422, headers: { "Content-Type": "application/problem+json" } },
      );
    }),
    ...inboxHandlers(inbox),
  );
});

async function open() {
  const { user, container } = renderApp("/inbox/task-1");
  expect(await screen.findByText("金卡")).toBeInTheDocument();
  await user.keyboard("a");
  return { user, container, form: await screen.findByRole("form", { name: "同意" }) };
}

test("what may be read is a fact of the case, what may be filled in is asked with the approval", async () => {
  const { form, container } = await open();

  expect(within(form).getByRole("textbox", { name: /字段金额 CNY 必填/ })).toHaveFocus();
  expect(within(form).getByRole("combobox", { name: "字段到货" })).toBeInTheDocument();
  expect(within(form).queryByText(/字段会员/)).toBeNull();
  expect(await axeViolations(container)).toEqual([]);
});

test("nothing is sent while something required is empty, and the cursor goes there", async () => {
  const { user, form } = await open();
  await user.click(within(form).getByRole("button", { name: "同意" }));

  const amount = within(form).getByRole("textbox", { name: /字段金额/ });
  expect(amount).toHaveFocus();
  expect(amount).toHaveAccessibleDescription("同意前需要填写这一项");
  expect(sent).toEqual([]);
});

test("values go along typed, and what the server refuses is said at its field", async () => {
  const { user, form } = await open();
  await user.type(within(form).getByRole("textbox", { name: /字段金额/ }), "50.00");
  await user.selectOptions(within(form).getByRole("combobox", { name: "字段到货" }), "true");
  await user.keyboard("{Enter}");
  await user.click(within(form).getByRole("button", { name: "同意" }));

  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({
    revision: 3,
    undo_seconds: 8,
    form: { 金额: { amount: "50.00", currency: "CNY" }, 到货: true },
  });
  await waitFor(() =>
    expect(within(form).getByRole("textbox", { name: /字段金额/ })).toHaveAccessibleDescription(
      "填写的内容类型不对",
    ),
  );
});
