/** GET and POST /definitions/{id}/compare: what makes one drawing another than the other. */
import { useQuery } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { Comparison } from "@/api/types";
import type { Graph } from "@/graph/document";

/** A version's number, what is live, the draft, or an empty drawing. */
export type Side = number | "live" | "draft" | "nothing";

export function useComparison(id: string, from: Side, to: Side) {
  return useQuery({
    queryKey: ["compare", id, String(from), String(to)],
    queryFn: ({ signal }) =>
      get<Comparison>(`/definitions/${id}/compare`, {
        query: { from: String(from), to: String(to) },
        signal,
      }),
    // Versions never change; what is live and what is drafted does.
    staleTime: typeof from === "number" && typeof to === "number" ? Number.POSITIVE_INFINITY : 0,
    gcTime: 0,
  });
}

/** What a drawing that is stored nowhere yet changes. */
export function useDrawingComparison(id: string, since: Side, graph: Graph, enabled = true) {
  return useQuery({
    queryKey: ["compare", id, String(since), graph],
    queryFn: () => post<Comparison>(`/definitions/${id}/compare`, { since: String(since), graph }),
    enabled,
    gcTime: 0,
  });
}
