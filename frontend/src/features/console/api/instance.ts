import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { drawn } from "@/api/documents";
import type { InstanceDetail, StoredInstance } from "@/api/types";

/** A run with its drawing. */
export type Run = InstanceDetail;

const RENEW_MS = 10_000;

/** One run with its drawing and its path; renewed while it runs. */
export function useInstance(id: string) {
  return useQuery({
    queryKey: ["instance", id],
    queryFn: async ({ signal }) =>
      drawn(await get<StoredInstance>(`/instances/${encodeURIComponent(id)}`, { signal })),
    refetchInterval: (query) => (query.state.data?.status === "running" ? RENEW_MS : false),
  });
}
