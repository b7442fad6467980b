/** How often to ask again: every few seconds while somebody looks, rarely when nobody does or nothing answers. */
import type { Query } from "@tanstack/react-query";

const VISIBLE_MS = 4_000;
const HIDDEN_MS = 60_000;
const TROUBLE_MS = 15_000;

export function pollInterval(query: Pick<Query, "state">): number {
  if (document.visibilityState !== "visible") return HIDDEN_MS;
  return query.state.error ? TROUBLE_MS : VISIBLE_MS;
}

/** The query options that go with it; the focus of the window asks at once. */
export const polling = {
  refetchInterval: pollInterval as (query: Pick<Query, "state">) => number,
  refetchIntervalInBackground: true,
  staleTime: 2_000,
} as const;
