import { configure, screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { HandOverPreview } from "@/api/types";
import { setLanguage } from "@/i18n";
import { axeViolations } from "@/test/axe";
import { personWith, renderApp, signedIn } from "@/test/renderApp";
import { server } from "@/test/server";

configure({ asyncUtilTimeout: 8_000 });
vi.setConfig({ testTimeout: 60_000 });

const named = (zh: string) => ({ zh, en: zh });
const PREVIEW: HandOverPreview = {
  task_count: 2,
  tasks: [
    {
      id: "t1",
      title: named("财务复核"),
      definition: named("退款"),
      subject: "ORD1 · 58.00 CNY",
      is_vote: true,
      refusal: null,
    },
    {
      id: "t2",
      title: named("财务复核"),
      definition: named("退款"),
      subject: "ORD2 · 9.00 CNY",
      is_vote: false,
      refusal: "skipped.requester",
    },
  ],
  claims: 0,
  groups: [{ key: "finance", name: named("财务组"), alone: true }],
  heads: [],
  delegations: [{ by: "李雷", to: "王芳" }],
  named: [{ flow: "refund", title: named("退款"), step: named("终审") }],
  owned: [],
  token: "token-1",
};

let sent: [string, unknown][] = [];
let preview: HandOverPreview = PREVIEW;
let isStale = false;

beforeEach(async () => {
  await setLanguage("zh-CN");
  sent = [];
  preview = PREVIEW;
  isStale = false;
  signedIn(personWith("supervisor"));
  const people = [
    { id: "21", username: "ops9", display_name: "韩梅", department: null },
    { id: "22", username: "finance2", display_name: "王芳", department: null },
  ];
  server.use(
    http.get("*/api/v1/tasks", () => HttpResponse.json({ results: [], next: null })),
    http.get("*/api/v1/people", () => HttpResponse.json({ results: people, next: null })),
    http.get("*/api/v1/definitions", () => HttpResponse.json({ results: [], next: null })),
    http.get("*/api/v1/people/:id/absences", () => HttpResponse.json({ results: [] })),
    http.get("*/api/v1/delegations", () => HttpResponse.json({ results: [], next: null })),
    http.post("*/api/v1/people/21/hand-over/preview", async ({ request }) => {
      sent.push(["preview", await request.json()]);
      return HttpResponse.json(preview);
    }),
    http.post("*/api/v1/people/21/hand-over", async ({ request }) => {
      sent.push(["apply", await request.json()]);
      if (isStale) {
        isStale = false;
        preview = { ...PREVIEW, token: "token-2" };
        return HttpResponse.json(
          { type: "urn:x", title: "", status: 409, code: "handover.stale", detail: "Changed.", errors: [] },
          { status: 409, headers: { "Content-Type": "application/problem+json" } },
        );
      }
      return HttpResponse.json({ moved: 1, stayed: 1, groups: 1, heads: 0, delegations: 1, flows: 0 });
    }),
  );
});

async function dialogOfHan() {
  const { user } = renderApp("/absence");
  await user.click(await screen.findByRole("combobox", { name: "查看谁的" }));
  await user.click(await screen.findByText("韩梅 (ops9)"));
  await user.click(await screen.findByRole("button", { name: "办理离职交接…" }));
  return { user, dialog: within(await screen.findByRole("dialog")) };
}

test("the list is read before anything is done, and one successor takes all of it", async () => {
  const { user, dialog } = await dialogOfHan();
  const tasks = await dialog.findByText("待办 2 条");
  await vi.waitFor(() => expect(tasks).toBeVisible()); // the dialog comes up with a motion
  expect(dialog.getByText("之后这里没有可审批的人")).toBeVisible();
  expect(dialog.getByText("会签或票决中的一票")).toBeVisible();
  await user.click(dialog.getByRole("combobox", { name: "接手人" }));
  await user.click((await screen.findAllByText("王芳 (finance2)")).at(-1)!);

  expect(await dialog.findAllByText("交给 王芳")).toHaveLength(2);
  expect(dialog.getByText("接手人就是申请人,改按规则找人")).toBeVisible();
  expect(dialog.queryByText("之后这里没有可审批的人")).toBeNull();
  expect(await axeViolations(screen.getByRole("dialog"))).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "停用并交接" }));
  expect(dialog.getByText("原因至少 5 个字")).toBeVisible();
  expect(dialog.getByLabelText("原因(会写入操作日志)")).toHaveFocus();

  await user.type(dialog.getByLabelText("原因(会写入操作日志)"), "本月底离职");
  await user.click(dialog.getByRole("checkbox", { name: "我已核对以上清单" }));
  await user.click(dialog.getByRole("button", { name: "停用并交接" }));

  await screen.findAllByText("已停用 韩梅 并交接,转交待办 1 条,另有 1 条按规则找人");
  const all = { tasks: "finance2", groups: "finance2", heads: "finance2", flows: "finance2" };
  expect(sent).toEqual([
    ["preview", { tasks: null, groups: null, heads: null, flows: null }],
    ["preview", all],
    ["apply", { token: "token-1", reason: "本月底离职" }],
  ]);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a list that is no longer true is made anew and must be read again", async () => {
  isStale = true;
  const { user, dialog } = await dialogOfHan();
  await dialog.findByText("待办 2 条");
  await user.type(dialog.getByLabelText("原因(会写入操作日志)"), "本月底离职");
  await user.click(dialog.getByRole("checkbox", { name: "我已核对以上清单" }));
  await user.click(dialog.getByRole("button", { name: "停用并交接" }));

  expect(await dialog.findByText("清单有变化,已重新核对,请再看一遍。")).toBeVisible();
  expect(dialog.getByRole("checkbox", { name: "我已核对以上清单" })).not.toBeChecked();
  await user.click(dialog.getByRole("checkbox", { name: "我已核对以上清单" }));
  await user.click(dialog.getByRole("button", { name: "停用并交接" }));

  await vi.waitFor(() => expect(sent.at(-1)).toEqual(["apply", { token: "token-2", reason: "本月底离职" }]));
});

test("nobody is offered their own leaving, and without the right nobody anybody's", async () => {
  renderApp("/absence");
  await screen.findByRole("combobox", { name: "查看谁的" });

  expect(screen.queryByRole("button", { name: "办理离职交接…" })).toBeNull();
});
