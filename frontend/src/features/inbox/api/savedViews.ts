/** GET, POST and DELETE /me/views: the filters that this person keeps. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post, remove } from "@/api/client";
import type { SavedView } from "@/api/types";

const KEY = ["views"];

export function useSavedViews() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<{ results: SavedView[] }>("/me/views", { signal }),
    staleTime: 60_000,
  });
}

export function useSaveView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (view: Omit<SavedView, "id">) => post<SavedView>("/me/views", view),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useDropView() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => remove(`/me/views/${id}`),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
