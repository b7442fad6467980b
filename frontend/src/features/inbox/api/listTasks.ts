/** GET /tasks: one box of the inbox, page after page, asked again with If-None-Match while it is shown. */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type Conditional, requestUnlessSame } from "@/api/client";
import { polling } from "@/api/polling";
import type { Page, Task, TaskBox } from "@/api/types";
import { type Filters, queryOf } from "../filters/filters";

/** The seconds left on a working clock come from the server; an answer older than this is fetched anew. */
const FRESH_MS = 60_000;

export type TaskPage = Conditional<Page<Task>> & { readAt: number };

export const taskListKey = (box: TaskBox, filters: Filters) => ["tasks", "list", box, filters] as const;

async function readPage(
  known: TaskPage | undefined,
  query: Record<string, string>,
  signal: AbortSignal,
): Promise<TaskPage> {
  const usable = known && Date.now() - known.readAt < FRESH_MS ? known : undefined;
  const answer = await requestUnlessSame<Page<Task>>("/tasks", usable, { query, signal });
  return usable && answer === usable ? usable : { ...answer, readAt: Date.now() };
}

export function useTaskList(box: TaskBox, filters: Filters) {
  const client = useQueryClient();
  const queryKey = taskListKey(box, filters);
  return useInfiniteQuery({
    queryKey,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const data = client.getQueryData<InfiniteData<TaskPage, string>>(queryKey);
      const index = data?.pageParams.indexOf(pageParam) ?? -1;
      return readPage(
        data?.pages[index],
        { box, ...queryOf(filters, box, new Date()), cursor: pageParam },
        signal,
      );
    },
    getNextPageParam: (page) => page.data.next ?? undefined,
    // While a search is on its way the rows of this box stay; another box starts empty.
    placeholderData: (before, query) => (query?.queryKey[2] === box ? before : undefined),
    ...polling,
  });
}
