/** What this person was told: the number that is unread, the newest of them, and saying that they are read. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Conditional, get, post, requestUnlessSame } from "@/api/client";
import { hasRole, useCurrentUser } from "@/api/session";
import type { Notice, NoticesSummary, Page } from "@/api/types";

const SUMMARY = ["notices", "summary"];
const LIST = ["notices", "newest"];
const POLL_MS = 15_000;
const SHOWN = 20;

/** Programs have no bell. */
export function useHasNotices(): boolean {
  return hasRole(useCurrentUser(), "approver", "supervisor", "auditor", "designer", "requester");
}

export function useUnread(): number {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: SUMMARY,
    queryFn: ({ signal }) =>
      requestUnlessSame("/notices/summary", client.getQueryData<Conditional<NoticesSummary>>(SUMMARY), {
        signal,
      }),
    refetchInterval: POLL_MS,
  });
  return data?.data.unread ?? 0;
}

/** The newest, asked for when somebody opens the list. */
export function useNewestNotices(enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: LIST,
    queryFn: ({ signal }) => get<Page<Notice>>("/notices", { signal, query: { limit: SHOWN } }),
    staleTime: 0,
  });
}

export function useReadNotice() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post<Notice>(`/notices/${id}/read`, {}),
    onSettled: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
}

export function useReadAllNotices() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (until: string) => post<NoticesSummary>("/notices/read-all", { until: Number(until) }),
    onSettled: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
}
