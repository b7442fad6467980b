/** GET and PUT /definitions/{id}/draft, POST /definitions/{id}/publish and what a second person says to it. */
import { useQuery } from "@tanstack/react-query";
import { get, post, put } from "@/api/client";
import { drawn } from "@/api/documents";
import type { Draft, Published, PublishRequest, SavedDraft, StoredDraft, WishToPublish } from "@/api/types";
import type { FlowDocument } from "@/graph/document";

export const readDraft = async (id: string, signal?: AbortSignal): Promise<Draft> =>
  drawn(await get<StoredDraft>(`/definitions/${id}/draft`, { signal }));

export function useDraft(id: string, enabled = true) {
  return useQuery({
    queryKey: ["draft", id],
    queryFn: ({ signal }) => readDraft(id, signal),
    enabled,
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

export function useWishToPublish(id: string, enabled: boolean) {
  return useQuery({
    queryKey: ["definitions", "one", id, "publish-request"],
    queryFn: ({ signal }) =>
      get<{ request: WishToPublish | null }>(`/definitions/${id}/publish-request`, { signal }),
    enabled,
  });
}

export const askToPublish = (id: string, given: PublishRequest): Promise<WishToPublish> =>
  post<WishToPublish>(`/definitions/${id}/publish-request`, given);

export type PublishAnswer = "confirm" | "decline" | "take-back";

export const answerWish = (
  id: string,
  answer: PublishAnswer,
  given: { request: string; comment?: string },
): Promise<WishToPublish> => post<WishToPublish>(`/definitions/${id}/publish-request/${answer}`, given);
