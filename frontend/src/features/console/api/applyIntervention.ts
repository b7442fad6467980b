import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { Instance } from "@/api/types";
import { addressOf, type Intervention } from "./intervention";

type Order = { wanted: Intervention; token: string; reason: string };

/** Does exactly what was previewed; everything shown of the run is read again afterwards, also after a refusal. */
export function useApply(instance: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ wanted, token, reason }: Order) =>
      post<{ instance: Instance }>(addressOf(instance, wanted), { token, reason }),
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ["instance", instance] }),
        client.invalidateQueries({ queryKey: ["instances"] }),
        client.invalidateQueries({ queryKey: ["audit"] }),
      ]);
    },
  });
}
