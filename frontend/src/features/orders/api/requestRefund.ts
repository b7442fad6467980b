import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { MoneyValue, Refund } from "@/api/types";
import type { OrderAddress } from "./order";

export type RefundRequest = {
  amount: MoneyValue;
  reason: string;
  /** Who was chosen, as variables of the run. */
  variables: Record<string, string | string[]>;
  key: string;
};

/** Asks for a refund; the same key again gives the first answer, so a lost answer can be asked for again. */
export function useRequestRefund({ orderNo, channel }: OrderAddress) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...wish }: RefundRequest) => {
      const query = channel ? `?channel=${encodeURIComponent(channel)}` : "";
      return post<Refund>(`/orders/${encodeURIComponent(orderNo)}/refunds${query}`, wish, {
        idempotencyKey: key,
      });
    },
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ["order", orderNo] }),
        client.invalidateQueries({ queryKey: ["orders"] }),
        client.invalidateQueries({ queryKey: ["runs", orderNo] }),
      ]);
    },
  });
}
