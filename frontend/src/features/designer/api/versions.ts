/** GET /definitions/{id}/versions and one of them; versions never change. And what may be done to them and their flow. */
import { useQuery } from "@tanstack/react-query";
import { get, post, put } from "@/api/client";
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

export const withdrawVersion = (id: string, version: number, reason: string) =>
  post<{ live_version: number | null }>(`/definitions/${id}/versions/${String(version)}/withdraw`, {
    reason,
  });

export const retireFlow = (id: string, reason: string) =>
  post<unknown>(`/definitions/${id}/retire`, { reason });

export const reinstateFlow = (id: string, reason: string) =>
  post<unknown>(`/definitions/${id}/reinstate`, { reason });

export const wantFourEyes = (id: string, wanted: boolean, reason: string) =>
  put<unknown>(`/definitions/${id}/four-eyes`, { wanted, reason });
