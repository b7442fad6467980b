/** The versions of a flow that a run could go on in. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Listed, VersionSummary } from "@/api/types";

export function useVersions(definition: string, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ["versions", definition],
    queryFn: ({ signal }) =>
      get<Listed<VersionSummary>>(`/definitions/${encodeURIComponent(definition)}/versions`, { signal }),
  });
}
