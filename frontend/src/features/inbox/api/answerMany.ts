/** POST /tasks/batch/preview, then /tasks/batch: one answer to many tasks, seen before it is done. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { BatchAction, BatchPreview, BatchResult, Task } from "@/api/types";

type Wish = { action: BatchAction; tasks: Task[]; comment: string };

/** What would happen to these tasks as they were looked at; asked as soon as the wish is known. */
export function useBatchPreview(wish: Wish | null) {
  const looked = (wish?.tasks ?? []).map((task) => ({ id: task.id, revision: task.revision }));
  return useQuery({
    queryKey: ["batch-preview", wish?.action, wish?.comment, looked],
    enabled: wish !== null,
    queryFn: ({ signal }) =>
      post<BatchPreview>(
        "/tasks/batch/preview",
        { action: wish?.action, tasks: looked, comment: wish?.comment },
        { signal },
      ),
    // A token is good for five minutes and for this dialog only.
    staleTime: Infinity,
    gcTime: 0,
  });
}

export function useBatch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => post<{ results: BatchResult[] }>("/tasks/batch", { token }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["tasks"] });
      void client.invalidateQueries({ queryKey: ["instances"] });
    },
  });
}
