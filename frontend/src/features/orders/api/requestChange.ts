import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { OrderChange } from "@/api/types";
import type { OrderAddress } from "./order";

/** New values by field; what is not there stays as it is. */
export type ChangeRequest = {
  buyer: Record<string, string>;
  ship_to: Record<string, string>;
  reason: string;
  /** Who was chosen, as variables of the run. */
  variables: Record<string, string | string[]>;
  key: string;
};

/** Asks for a change of an order; the same key again gives the first answer. */
export function useRequestChange({ orderNo, channel }: OrderAddress) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...wish }: ChangeRequest) => {
      const query = channel ? `?channel=${encodeURIComponent(channel)}` : "";
      return post<OrderChange>(`/orders/${encodeURIComponent(orderNo)}/changes${query}`, wish, {
        idempotencyKey: key,
      });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["order", orderNo] }),
  });
}
