import { useInfiniteQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Instance, InstanceStatus, Page } from "@/api/types";

export type InstanceFilter = {
  status?: InstanceStatus | undefined;
  definition?: string | undefined;
  subject?: string | undefined;
  stuck?: boolean | undefined;
};

const PAGE = 50;
const RENEW_MS = 20_000;

/** The runs that a filter finds, page after page; renewed in place while they are shown. */
export function useInstances(filter: InstanceFilter) {
  return useInfiniteQuery({
    queryKey: ["instances", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Instance>>("/instances", {
        query: {
          status: filter.status,
          definition: filter.definition,
          subject: filter.subject,
          stuck: filter.stuck ? "true" : undefined,
          cursor: pageParam,
          limit: PAGE,
        },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: RENEW_MS,
    placeholderData: (before) => before,
  });
}
