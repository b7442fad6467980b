/** GET and PUT /definitions/{id}/draft, POST /definitions/{id}/publish. */
import { useQuery } from "@tanstack/react-query";
import { get, post, put } from "@/api/client";
import { drawn } from "@/api/documents";
import type { Draft, Published, PublishRequest, SavedDraft, StoredDraft } from "@/api/types";
import type { FlowDocument } from "@/graph/document";

export const readDraft = async (id: string, signal?: AbortSignal): Promise<Draft> =>
  drawn(await get<StoredDraft>(`/definitions/${id}/draft`, { signal }));

export function useDraft(id: string) {
  return useQuery({
    queryKey: ["draft", id],
    queryFn: ({ signal }) => readDraft(id, signal),
    // The editor owns the draft from here on; reading again would overwrite what is being edited.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

export const saveDraft = (id: string, revision: number, document: FlowDocument): Promise<SavedDraft> =>
  put<SavedDraft>(`/definitions/${id}/draft`, { revision, graph: document.graph, layout: document.layout });

export const publishDraft = (id: string, given: PublishRequest): Promise<Published> =>
  post<Published>(`/definitions/${id}/publish`, given);
