/** GET /templates: the flows that ship with the product. */
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { drawn } from "@/api/documents";
import type { Listed, StoredTemplate } from "@/api/types";

export function useTemplates(enabled: boolean) {
  return useQuery({
    queryKey: ["templates"],
    queryFn: async ({ signal }) => {
      const { results } = await get<Listed<StoredTemplate>>("/templates", { signal });
      return { results: results.map(drawn) };
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  });
}
