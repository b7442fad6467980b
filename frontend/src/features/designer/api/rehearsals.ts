/** POST /definitions/{id}/simulate, and the test cases of a flow. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post, remove } from "@/api/client";
import type { CaseResults, FlowCase, Listed, NewCase, Rehearsal, RehearsalRequest } from "@/api/types";

const PATIENCE_MS = 60_000; // ten thousand past orders take a while

const casesKey = (id: string) => ["cases", id] as const;

export function useRehearsal(id: string) {
  return useMutation({
    mutationFn: (given: RehearsalRequest) =>
      post<Rehearsal>(`/definitions/${id}/simulate`, given, { timeoutMs: PATIENCE_MS }),
  });
}

export function useCases(id: string) {
  return useQuery({
    queryKey: casesKey(id),
    queryFn: ({ signal }) => get<Listed<FlowCase>>(`/definitions/${id}/cases`, { signal }),
  });
}

export function useAddCase(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: NewCase) => post<FlowCase>(`/definitions/${id}/cases`, given),
    onSuccess: () => client.invalidateQueries({ queryKey: casesKey(id) }),
  });
}

export function useRemoveCase(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (caseId: string) => remove(`/definitions/${id}/cases/${caseId}`),
    onSuccess: () => client.invalidateQueries({ queryKey: casesKey(id) }),
  });
}

export function useRunCases(id: string) {
  return useMutation({
    mutationFn: () => post<CaseResults>(`/definitions/${id}/cases/run`, { graph: null }),
  });
}
