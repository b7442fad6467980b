import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { DefinitionSummary, Page } from "@/api/types";

/** The flows by which runs can be filtered. */
export function useDefinitions() {
  return useQuery({
    queryKey: ["definitions", "names"],
    queryFn: ({ signal }) => get<Page<DefinitionSummary>>("/definitions", { query: { limit: 200 }, signal }),
    staleTime: 5 * 60_000,
  });
}
