import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Listed, TaskReasons } from "@/api/types";

const RENEW_MS = 10_000;

/** Of each task of a run, why whom was asked. */
export function useReasons(id: string, running: boolean) {
  return useQuery({
    queryKey: ["instance", id, "reasons"],
    queryFn: ({ signal }) =>
      get<Listed<TaskReasons>>(`/instances/${encodeURIComponent(id)}/reasons`, { signal }),
    refetchInterval: running ? RENEW_MS : false,
  });
}
