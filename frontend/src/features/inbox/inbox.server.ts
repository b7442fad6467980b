/** A small inbox behind HTTP for tests: it lists, shows and decides tasks, and remembers what it was sent. */
import { http, HttpResponse, type JsonBodyType } from "msw";
import type { PathAhead, SavedView, Task, TaskDetail } from "@/api/types";
import { aTask, claimOf, decided, pendingTask } from "./tasks.fixture";

export type Sent = { path: string; body: unknown; key: string | null };

export const problem = (status: number, code: string, fields: Record<string, JsonBodyType> = {}) =>
  HttpResponse.json(
    { type: `urn:${code}`, title: "", status, code, detail: `${code} in words`, errors: [], ...fields },
    { status, headers: { "Content-Type": "application/problem+json", "X-Request-ID": "8F3A" } },
  );

type Refusal = { code: string; detail: string; params: Record<string, string> };

/** `held` are answered and may be taken back; in a `hurry` every answer counts at once. */
export type Inbox = {
  todo: TaskDetail[];
  done: TaskDetail[];
  cc: TaskDetail[];
  held: TaskDetail[];
  sent: Sent[];
  hurry?: boolean;
  /** Seconds, where a test takes longer than what was asked for. */
  holdsFor?: number;
  /** By task: what a preview leaves out, and what only fails when it is done. */
  refused: Record<string, Refusal>;
  refusedLate: Record<string, Refusal>;
  views: SavedView[];
  /** Who would be asked at every step still ahead of any run. */
  ahead: PathAhead;
};

export const anInbox = (count: number): Inbox => ({
  todo: Array.from({ length: count }, (_none, index) => aTask(index + 1)),
  done: [],
  cc: [],
  held: [],
  sent: [],
  refused: {},
  refusedLate: {},
  views: [],
  ahead: { ending: "completed", is_cut_off: false, stops: [] },
});

const KEPT = ["claim", "release", "remind", "cc"];

function claimed(task: TaskDetail, verb: string): void {
  if (verb === "remind" || verb === "cc") return;
  const claims = verb === "claim";
  task.candidates = task.candidates.map(({ claimed_by: _, ...one }) =>
    claims ? { ...one, claimed_by: claimOf("finance1", "李雷") } : one,
  );
  task.actions = claims ? ["approve", "release", "comment"] : ["approve", "claim", "comment"];
}

export function inboxHandlers(inbox: Inbox) {
  const find = (id: unknown) =>
    [...inbox.todo, ...inbox.done, ...inbox.held, ...inbox.cc].find((task) => task.id === id);
  return [
    http.get("*/api/v1/tasks", ({ request }) => {
      const { searchParams } = new URL(request.url);
      const box = { todo: inbox.todo, done: inbox.done, cc: inbox.cc }[searchParams.get("box") ?? ""] ?? [];
      const q = searchParams.get("q") ?? "";
      const step = searchParams.get("step");
      const late = searchParams.get("due") === "overdue";
      const results: Task[] = box.filter(
        (task) =>
          String(task.subject.title).includes(q) &&
          (!step || task.node === step) &&
          (!late || (task.due_at !== null && Date.parse(task.due_at) < Date.now())),
      );
      return HttpResponse.json({ results, next: null });
    }),
    http.get("*/api/v1/tasks/summary", () => {
      const unread = inbox.cc.filter((task) => task.copy?.read_at === null).length;
      return HttpResponse.json({ todo: inbox.todo.length, overdue: 0, cc: unread });
    }),
    http.get("*/api/v1/tasks/:id", ({ params }) => {
      const task = find(params["id"]);
      return task ? HttpResponse.json(task) : problem(404, "task.unknown");
    }),
    http.get("*/api/v1/me/views", () => HttpResponse.json({ results: inbox.views })),
    http.post("*/api/v1/me/views", async ({ request }) => {
      const view = { id: inbox.views.length + 1, ...((await request.json()) as Omit<SavedView, "id">) };
      inbox.views = [...inbox.views, view];
      return HttpResponse.json(view, { status: 201 });
    }),
    http.delete("*/api/v1/me/views/:id", ({ params }) => {
      inbox.views = inbox.views.filter((view) => String(view.id) !== params["id"]);
      return new HttpResponse(null, { status: 204 });
    }),
    http.post("*/api/v1/tasks/batch/preview", async ({ request }) => {
      const body = (await request.json()) as { action: string; tasks: { id: string }[]; comment: string };
      inbox.sent.push({ path: "batch/preview", body, key: null });
      const fine = body.tasks.filter(({ id }) => !inbox.refused[id]);
      const sum = fine.reduce((all, { id }) => all + 50 + Number(id.replace("task-", "")), 0);
      return HttpResponse.json({
        included: fine.map(({ id }) => id),
        excluded: body.tasks.flatMap(({ id }) =>
          inbox.refused[id] ? [{ id, problem: inbox.refused[id] }] : [],
        ),
        sums: [{ amount: `${sum}.00`, currency: "CNY" }],
        token: fine.length > 0 ? fine.map(({ id }) => id).join() : null,
      });
    }),
    http.post("*/api/v1/tasks/batch", async ({ request }) => {
      const body = (await request.json()) as { token: string };
      inbox.sent.push({ path: "batch", body, key: null });
      const results = body.token.split(",").map((id) => {
        const refused = inbox.refusedLate[id] ?? null;
        const task = find(id);
        if (!refused && task) {
          inbox.todo = inbox.todo.filter((one) => one.id !== id);
          inbox.done = [decided(task, "李雷", "approved"), ...inbox.done];
        }
        return { id, done: refused === null, problem: refused };
      });
      return HttpResponse.json({ results });
    }),
    http.post("*/api/v1/tasks/:id/read", ({ params }) => {
      inbox.sent.push({ path: `${String(params["id"])}/read`, body: {}, key: null });
      const task = find(params["id"]);
      if (!task?.copy) return problem(404, "task.no_copy");
      task.copy = { ...task.copy, read_at: new Date().toISOString() };
      return HttpResponse.json(task.copy);
    }),
    http.post("*/api/v1/tasks/:id/:verb", async ({ params, request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      inbox.sent.push({
        path: `${String(params["id"])}/${String(params["verb"])}`,
        body,
        key: request.headers.get("Idempotency-Key"),
      });
      const task = find(params["id"]);
      if (!task) return problem(404, "task.unknown");
      const standing = { id: task.instance, status: "running", tokens: [] };
      if (params["verb"] === "comment") {
        task.comments.push({
          actor: { id: "1", display_name: "李雷" },
          at: new Date().toISOString(),
          text: String(body["text"]),
        });
        return HttpResponse.json({ task, instance: standing });
      }
      if (KEPT.includes(String(params["verb"]))) {
        claimed(task, String(params["verb"]));
        return HttpResponse.json({ task, instance: standing });
      }
      if (params["verb"] === "undo") {
        const back = { ...task, pending: null, actions: aTask(1).actions };
        inbox.held = inbox.held.filter((one) => one.id !== task.id);
        inbox.todo = [back, ...inbox.todo];
        return HttpResponse.json(back);
      }
      if (typeof body["undo_seconds"] === "number" && !inbox.hurry) {
        const held = pendingTask(
          task,
          String(params["verb"]) as "approve",
          inbox.holdsFor ?? body["undo_seconds"],
        );
        inbox.todo = inbox.todo.filter((one) => one.id !== task.id);
        inbox.held = [held, ...inbox.held];
        return HttpResponse.json({ task: held, instance: standing });
      }
      const after =
        params["verb"] === "transfer"
          ? task
          : decided(task, "李雷", params["verb"] === "approve" ? "approved" : "rejected");
      inbox.todo = inbox.todo.filter((one) => one.id !== task.id);
      inbox.done = [after, ...inbox.done];
      return HttpResponse.json({ task: after, instance: standing });
    }),
    http.get("*/api/v1/people", () =>
      HttpResponse.json({
        results: [
          { id: "1", username: "finance1", display_name: "李雷", department: null },
          {
            id: "3",
            username: "finance2",
            display_name: "王芳",
            department: { key: "finance", name: { zh: "财务部", en: "Finance" } },
          },
        ],
        next: null,
      }),
    ),
    http.get("*/api/v1/groups", () =>
      HttpResponse.json({
        results: [
          {
            key: "finance-backup",
            name: { zh: "部门负责人备选组", en: "Backup group" },
            calendar: null,
            members: [{ username: "backup1", display_name: "赵敏" }],
          },
        ],
      }),
    ),
    http.get("*/api/v1/instances/:id/ahead", () => HttpResponse.json(inbox.ahead)),
    http.get("*/api/v1/instances/:id", () => problem(403, "role.missing")),
  ];
}
