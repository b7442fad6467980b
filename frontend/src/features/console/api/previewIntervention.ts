import { useQuery } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { InterventionPreview } from "@/api/types";
import { addressOf, bodyOf, type Intervention } from "./intervention";

/** A preview allows its own application for five minutes; an older one is asked for again. */
const GOOD_FOR_MS = 4 * 60_000;

/** What an intervention would do; asks again when `wanted` changes. Null asks for nothing. */
export function usePreview(instance: string, wanted: Intervention | null) {
  return useQuery({
    queryKey: ["preview", instance, wanted],
    queryFn: ({ signal }) => {
      if (!wanted) throw new Error("A preview was asked for nothing.");
      return post<InterventionPreview>(`${addressOf(instance, wanted)}/preview`, bodyOf(wanted), { signal });
    },
    enabled: wanted !== null,
    staleTime: GOOD_FOR_MS,
    gcTime: 0,
    refetchInterval: GOOD_FOR_MS,
    refetchOnWindowFocus: false,
    retry: false,
  });
}
