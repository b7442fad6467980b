/** How much waits for this person, and how many copies they have not read: asked again while the page is visible. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Conditional, requestUnlessSame } from "./client";
import { hasRole, useCurrentUser } from "./session";
import type { TaskSummary } from "./types";

const KEY = ["tasks", "summary"];
const POLL_MS = 15_000;

export function useWaiting(): TaskSummary {
  const client = useQueryClient();
  const user = useCurrentUser();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) =>
      requestUnlessSame("/tasks/summary", client.getQueryData<Conditional<TaskSummary>>(KEY), { signal }),
    enabled: hasRole(user, "approver", "requester", "supervisor", "designer"),
    refetchInterval: POLL_MS,
  });
  return data?.data ?? { todo: 0, overdue: 0, cc: 0 };
}
