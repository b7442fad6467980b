import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { MoneyValue, Refund } from "@/api/types";
import type { OrderAddress } from "./order";

export type RefundRequest = { amount: MoneyValue; reason: string; key: string };

/** Asks for a refund; the same key again gives the first answer, so a lost answer can be asked for again. */
export function useRequestRefund({ orderNo, channel }: OrderAddress) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ amount, reason, key }: RefundRequest) => {
      const query = channel ? `?channel=${encodeURIComponent(channel)}` : "";
      return post<Refund>(
        `/orders/${encodeURIComponent(orderNo)}/refunds${query}`,
        { amount, reason },
        { idempotencyKey: key },
      );
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
