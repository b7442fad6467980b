/** GET /people and GET /groups: to whom a task may be handed. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Group, Listed, Page, Person } from "@/api/types";

/** Who may decide can be asked; who may read can be sent something. */
export function usePeople(q: string, may: "decide" | "read" = "decide") {
  return useQuery({
    queryKey: ["people", may, q],
    queryFn: ({ signal }) => get<Page<Person>>("/people", { query: { q, may, limit: 20 }, signal }),
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
