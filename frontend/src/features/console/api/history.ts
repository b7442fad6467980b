import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { HistoryEntry, Listed } from "@/api/types";

const RENEW_MS = 10_000;

/** All facts of a run in their order. */
export function useHistory(id: string, running: boolean) {
  return useQuery({
    queryKey: ["instance", id, "history"],
    queryFn: ({ signal }) =>
      get<Listed<HistoryEntry>>(`/instances/${encodeURIComponent(id)}/history`, { signal }),
    refetchInterval: running ? RENEW_MS : false,
  });
}
