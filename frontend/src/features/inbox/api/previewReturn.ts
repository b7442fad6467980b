/** POST /tasks/{id}/return/preview: where the run may go back to and what that does; asked anew whenever it moved. */
import { useQuery } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { ReturnPreview } from "@/api/types";

export function useReturnPreview(id: string, revision: number) {
  return useQuery({
    queryKey: ["tasks", "return", id, revision],
    queryFn: () => post<ReturnPreview>(`/tasks/${id}/return/preview`, {}),
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });
}
