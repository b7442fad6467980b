/** Leave and delegations: reading them, storing them, ending them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post, remove } from "@/api/client";
import type {
  Absence,
  AbsenceTaken,
  DefinitionSummary,
  Delegation,
  DelegationSettled,
  Listed,
  NewAbsence,
  NewDelegation,
  Page,
  Person,
} from "@/api/types";

export type Present = "keep" | "move";

export function usePeople() {
  return useQuery({
    queryKey: ["people", "all"],
    queryFn: ({ signal }) => get<Page<Person>>("/people", { query: { limit: 200 }, signal }),
    staleTime: 60_000,
  });
}

export function useFlows() {
  return useQuery({
    queryKey: ["definitions", "names"],
    queryFn: ({ signal }) => get<Page<DefinitionSummary>>("/definitions", { query: { limit: 200 }, signal }),
    staleTime: 60_000,
  });
}

export function useAbsences(person: string) {
  return useQuery({
    queryKey: ["absences", person],
    queryFn: ({ signal }) => get<Listed<Absence>>(`/people/${person}/absences`, { signal }),
  });
}

export function useDelegations(whose: "mine" | "all") {
  return useQuery({
    queryKey: ["delegations", whose],
    queryFn: ({ signal }) => get<Page<Delegation>>("/delegations", { query: { whose, limit: 100 }, signal }),
  });
}

/** What changes who is asked changes inboxes as well. */
function useStored(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all(
      ["absences", "delegations", "tasks"].map((key) => client.invalidateQueries({ queryKey: [key] })),
    );
}

export function useTakeLeave(person: string) {
  const stored = useStored();
  return useMutation({
    mutationFn: (wanted: NewAbsence) => post<AbsenceTaken>(`/people/${person}/absences`, wanted),
    onSuccess: stored,
  });
}

export function useEndLeave(person: string) {
  const stored = useStored();
  return useMutation({
    mutationFn: ({ id, reason }: { id: number; reason: string }) =>
      remove(`/people/${person}/absences/${id}${reason ? `?reason=${encodeURIComponent(reason)}` : ""}`),
    onSuccess: stored,
  });
}

export function useDelegate() {
  const stored = useStored();
  return useMutation({
    mutationFn: (wanted: NewDelegation) => post<DelegationSettled>("/delegations", wanted),
    onSuccess: stored,
  });
}

export function useEndDelegation() {
  const stored = useStored();
  return useMutation({
    mutationFn: ({ id, ...wanted }: { id: number; present?: Present; reason: string }) =>
      post<DelegationSettled>(`/delegations/${id}/end`, wanted),
    onSuccess: stored,
  });
}
