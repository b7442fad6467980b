/** GET /instances/{id}/ahead: who will probably be asked at every step still ahead. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { PathAhead } from "@/api/types";

const FRESH_MS = 30_000;

/** `standing` changes when the run has moved, so that the path is worked out anew. */
export function useAhead(instance: string, standing: string, wanted: boolean) {
  return useQuery({
    queryKey: ["instance", instance, "ahead", standing],
    queryFn: ({ signal }) => get<PathAhead>(`/instances/${encodeURIComponent(instance)}/ahead`, { signal }),
    enabled: wanted,
    staleTime: FRESH_MS,
    placeholderData: (before) => before,
  });
}
