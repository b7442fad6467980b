/** GET /people and GET /groups: to whom a task may be handed. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Group, Listed, Page, Person } from "@/api/types";

export function usePeople(q: string) {
  return useQuery({
    queryKey: ["people", q],
    queryFn: ({ signal }) => get<Page<Person>>("/people", { query: { q, limit: 20 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function useGroups() {
  return useQuery({
    queryKey: ["groups"],
    queryFn: ({ signal }) => get<Listed<Group>>("/groups", { signal }),
    staleTime: 60_000,
  });
}
