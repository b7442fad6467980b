/** POST /tasks/{id}/undo: takes back one's own answer while it is not in force yet. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { Task } from "@/api/types";
import { type ReadTask, taskKey } from "./readTask";

export function useUndoAnswer(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => post<Task>(`/tasks/${id}/undo`, {}, { idempotencyKey: key }),
    onSuccess: (task) => {
      client.setQueryData<ReadTask>(taskKey(id), (before) =>
        before ? { etag: null, data: { ...before.data, ...task }, readAt: Date.now() } : before,
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["tasks"] }),
  });
}
