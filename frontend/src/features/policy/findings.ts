import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { PolicyFindings } from "@/api/types";

export function useFindings() {
  return useQuery({
    queryKey: ["policy", "findings"],
    queryFn: ({ signal }) => get<PolicyFindings>("/policy/findings", { signal }),
  });
}
