/** Preview → acknowledge → hand over; a preview that is no longer true is taken anew and must be read again. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import { isApiError } from "@/api/problem";
import type { HandedOver, HandOverPreview, HandOverWanted } from "@/api/types";
import type { Whose } from "./whose";

export const PARTS = ["tasks", "groups", "heads", "flows"] as const;
export type Part = (typeof PARTS)[number];
const MIN_REASON = 5;
const NOBODY: HandOverWanted = { tasks: null, groups: null, heads: null, flows: null };

export function useHandOver(whose: Whose, onDone: (done: HandedOver) => void) {
  const client = useQueryClient();
  const [to, setTo] = useState<HandOverWanted>(NOBODY);
  const [reason, setReason] = useState("");
  const [read, setRead] = useState(false);
  const [stale, setStale] = useState(false);
  const [asked, setAsked] = useState(false);
  const preview = useQuery({
    queryKey: ["hand-over", whose.id, to],
    queryFn: () => post<HandOverPreview>(`/people/${whose.id}/hand-over/preview`, to),
    gcTime: 0,
  });
  const apply = useMutation({
    mutationFn: (token: string) =>
      post<HandedOver>(`/people/${whose.id}/hand-over`, { token, reason: reason.trim() }),
    onSuccess: async (done) => {
      await Promise.all(
        ["people", "absences", "delegations", "tasks", "groups"].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      );
      onDone(done);
    },
    onError: (error) => {
      if (!isApiError(error, "handover.stale")) return;
      setStale(true);
      setRead(false);
      void preview.refetch();
    },
  });
  const choose = (chosen: HandOverWanted) => {
    setTo(chosen);
    setRead(false);
    setStale(false);
    apply.reset();
  };
  const missing = { reason: reason.trim().length < MIN_REASON, read: !read };
  return {
    to,
    giveAll: (username: string) =>
      choose({ tasks: username, groups: username, heads: username, flows: username }),
    give: (part: Part, username: string | null) => choose({ ...to, [part]: username }),
    reason,
    setReason,
    read,
    setRead,
    stale,
    preview,
    busy: apply.isPending,
    problem: apply.error && !isApiError(apply.error, "handover.stale") ? apply.error : null,
    shownMissing: asked ? missing : { reason: false, read: false },
    /** Leads to what is still missing, or does it. */
    submit: () => {
      setAsked(true);
      if (missing.reason) document.getElementById("hand-over-reason")?.focus();
      else if (missing.read) document.getElementById("hand-over-read")?.focus();
      else if (preview.data) apply.mutate(preview.data.token);
    },
  };
}
