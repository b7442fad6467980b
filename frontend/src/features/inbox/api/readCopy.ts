/** POST /tasks/{id}/read: whoever opens a copy has read it; the row stays where it is. */
import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { post } from "@/api/client";
import type { OwnCopy, TaskDetail } from "@/api/types";
import type { TaskPage } from "./listTasks";
import { type ReadTask, taskKey } from "./readTask";

function useReadCopy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post<OwnCopy>(`/tasks/${id}/read`, {}),
    onSuccess: (copy) => {
      client.setQueryData<ReadTask>(taskKey(id), (before) =>
        before ? { ...before, etag: null, data: { ...before.data, copy } } : before,
      );
      client.setQueriesData<InfiniteData<TaskPage, string>>(
        { queryKey: ["tasks", "list", "cc"] },
        (before) =>
          before && {
            ...before,
            pages: before.pages.map((page) => ({
              ...page,
              etag: null,
              data: {
                ...page.data,
                results: page.data.results.map((task) => (task.id === id ? { ...task, copy } : task)),
              },
            })),
          },
      );
      void client.invalidateQueries({ queryKey: ["tasks", "summary"] });
    },
  });
}

/** Says that the copy was read, once it is shown. */
export function useMarkRead(id: string, task: TaskDetail | undefined): void {
  const { mutate, isPending } = useReadCopy(id);
  const mark = useEffectEvent(() => {
    if (!isPending) mutate();
  });
  const unread = task?.copy?.read_at === null;
  useEffect(() => {
    if (unread) mark();
  }, [unread]);
}
