/** GET /instances/{id}: the run that a task belongs to, for "where it stands". */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { drawn } from "@/api/documents";
import type { StoredInstance } from "@/api/types";

export function useInstance(id: string) {
  return useQuery({
    queryKey: ["instances", "one", id],
    queryFn: async ({ signal }) => drawn(await get<StoredInstance>(`/instances/${id}`, { signal })),
    staleTime: 5_000,
  });
}
