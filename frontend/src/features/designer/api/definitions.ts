/** GET and POST /definitions, and one of them. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { CreatedDefinition, DefinitionSummary, NewDefinition, Page } from "@/api/types";

export const definitionsKey = ["definitions"] as const;

export function useDefinitions() {
  return useInfiniteQuery({
    queryKey: [...definitionsKey, "list"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<DefinitionSummary>>("/definitions", { query: { cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
}

export function useDefinition(id: string) {
  return useQuery({
    queryKey: [...definitionsKey, "one", id],
    queryFn: ({ signal }) => get<DefinitionSummary>(`/definitions/${id}`, { signal }),
  });
}

export function useCreateDefinition() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: NewDefinition) => post<CreatedDefinition>("/definitions", given),
    onSuccess: () => client.invalidateQueries({ queryKey: definitionsKey }),
  });
}
