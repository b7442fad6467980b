import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { Letter, Page, SentMessage } from "@/api/types";

const PAGE = 20;

/** Messages that no run could take, newest first. */
export function useDeadLetters(enabled: boolean) {
  return useInfiniteQuery({
    enabled,
    queryKey: ["letters", "dead"],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Letter>>("/messages", { query: { status: "dead", cursor: pageParam, limit: PAGE }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export type LetterOrder = {
  letter: number;
  reason: string;
  /** What is sent instead; a letter without it is thrown away. */
  again?: { payload: unknown; keep?: string };
};

/** Sends a dead letter again or throws it away; the list is read again afterwards, also after a refusal. */
export function useLetterOrder() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ letter, reason, again }: LetterOrder) =>
      post<SentMessage | undefined>(`/messages/${letter}/${again ? "requeue" : "discard"}`, {
        reason,
        ...again,
      }),
    onSettled: async () => {
      await Promise.all(
        ["letters", "instances", "audit"].map((key) => client.invalidateQueries({ queryKey: [key] })),
      );
    },
  });
}
