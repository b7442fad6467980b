/** GET /tasks/{id}: the whole of one task, kept up to date while it is shown. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Conditional, requestUnlessSame } from "@/api/client";
import { polling } from "@/api/polling";
import { ApiError } from "@/api/problem";
import type { TaskDetail } from "@/api/types";

const FRESH_MS = 60_000;

export type ReadTask = Conditional<TaskDetail> & { readAt: number };

export const taskKey = (id: string) => ["tasks", "one", id] as const;

export function useTask(id: string | null) {
  const client = useQueryClient();
  return useQuery({
    queryKey: taskKey(id ?? ""),
    enabled: id !== null,
    queryFn: async ({ signal }): Promise<ReadTask> => {
      const known = client.getQueryData<ReadTask>(taskKey(id ?? ""));
      const usable = known && Date.now() - known.readAt < FRESH_MS ? known : undefined;
      const answer = await requestUnlessSame<TaskDetail>(`/tasks/${id ?? ""}`, usable, { signal });
      return usable && answer === usable ? usable : { ...answer, readAt: Date.now() };
    },
    ...polling,
    refetchInterval: (query) =>
      query.state.error instanceof ApiError && query.state.error.status === 404
        ? false
        : polling.refetchInterval(query),
  });
}
