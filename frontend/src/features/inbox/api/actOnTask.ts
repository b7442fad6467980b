/** POST /tasks/{id}/{verb}: one act of a person on one task. */
import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { Task, TaskDecided } from "@/api/types";
import type { TaskPage } from "./listTasks";
import { type ReadTask, taskKey } from "./readTask";

export type TaskAct =
  | { verb: "approve"; comment: string; form?: Record<string, unknown> }
  | { verb: "reject"; comment: string }
  | { verb: "abstain"; comment: string }
  | { verb: "transfer"; to: { kind: "user" | "group"; key: string }; comment: string }
  | { verb: "add-signer"; to: Person; how: "before" | "after" | "parallel"; comment: string }
  | { verb: "remove-signer"; to: Person; comment: string }
  | { verb: "return"; to: string; resume: Resume; token: string; comment: string }
  | { verb: "claim" }
  | { verb: "release"; comment: string }
  | { verb: "remind"; urgent: boolean; comment: string }
  | { verb: "resubmit"; variables: Record<string, unknown>; comment: string }
  | { verb: "cc"; readers: { kind: "user" | "group"; key: string }[]; comment: string }
  | { verb: "comment"; text: string };

/** How long the server holds a decision before it counts. */
export const UNDO_SECONDS = 8;

export type Resume = "restart" | "back";

/** Acts after which the task is still this person's to look at. */
export const STAYS: readonly TaskAct["verb"][] = ["claim", "release", "remind", "cc", "comment"];

type Person = { kind: "user"; key: string };

/** How somebody is added, or how a run goes on from where it is sent back. */
function howOf(act: TaskAct): Record<string, unknown> {
  if (act.verb === "add-signer") return { how: act.how };
  return act.verb === "return" ? { resume: act.resume, token: act.token } : {};
}

function bodyOf(act: TaskAct, revision: number): Record<string, unknown> {
  if (act.verb === "comment") return { text: act.text };
  if (act.verb === "claim") return { revision };
  const comment = act.comment.trim();
  const said = comment ? { comment } : {};
  if (act.verb === "cc") return { to: act.readers, ...said };
  if ("to" in act) return { to: act.to, ...howOf(act), revision, ...said };
  if (act.verb === "resubmit") return { revision, variables: act.variables, ...said };
  if (act.verb === "release") return { revision, ...said };
  if (act.verb === "remind") return { ...said, ...(act.urgent ? { urgent: true } : {}) };
  const form = act.verb === "approve" && act.form ? { form: act.form } : {};
  return { revision, undo_seconds: UNDO_SECONDS, ...form, ...said };
}

function keep(client: QueryClient, task: Task): void {
  client.setQueryData<ReadTask>(taskKey(task.id), (before) =>
    before ? { etag: null, data: { ...before.data, ...task }, readAt: Date.now() } : before,
  );
}

/** Takes a task out of the shown to-do lists at once; the server's answer follows. */
function drop(client: QueryClient, id: string): void {
  client.setQueriesData<InfiniteData<TaskPage, string>>(
    { queryKey: ["tasks", "list", "todo"] },
    (before) =>
      before && {
        ...before,
        pages: before.pages.map((page) => ({
          ...page,
          etag: null,
          data: { ...page.data, results: page.data.results.filter((task) => task.id !== id) },
        })),
      },
  );
}

export function useActOnTask(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ act, revision, key }: { act: TaskAct; revision: number; key: string }) =>
      post<TaskDecided>(`/tasks/${id}/${act.verb}`, bodyOf(act, revision), { idempotencyKey: key }),
    onSuccess: ({ task }, { act }) => {
      keep(client, task);
      if (!STAYS.includes(act.verb)) drop(client, id);
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["instances", "one", task.instance] });
    },
    onError: () => void client.invalidateQueries({ queryKey: taskKey(id) }),
  });
}
