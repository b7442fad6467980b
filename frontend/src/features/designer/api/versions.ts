/** GET /definitions/{id}/versions and one of them; versions never change. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { drawn } from "@/api/documents";
import type { Listed, StoredVersion, VersionSummary } from "@/api/types";

export function useVersions(id: string) {
  return useQuery({
    queryKey: ["versions", id],
    queryFn: ({ signal }) => get<Listed<VersionSummary>>(`/definitions/${id}/versions`, { signal }),
  });
}

export function useVersion(id: string, version: number | null) {
  return useQuery({
    queryKey: ["versions", id, version],
    queryFn: async ({ signal }) =>
      drawn(await get<StoredVersion>(`/definitions/${id}/versions/${String(version)}`, { signal })),
    enabled: version !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
