import { useInfiniteQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { AuditEntry, Page } from "@/api/types";

export type AuditFilter = {
  instance?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
};

const PAGE = 50;

/** Entries of the audit log, newest first. */
export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<AuditEntry>>("/audit", { query: { ...filter, cursor: pageParam, limit: PAGE }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
}
