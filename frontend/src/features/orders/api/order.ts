import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Order } from "@/api/types";

/** Which order: the number alone, or with its channel where several channels use the number. */
export type OrderAddress = { orderNo: string; channel: string | null };

const RENEW_MS = 5_000;

/** One order; renewed while a refund of it is not settled. */
export function useOrder({ orderNo, channel }: OrderAddress) {
  return useQuery({
    queryKey: ["order", orderNo, channel],
    queryFn: ({ signal }) =>
      get<Order>(`/orders/${encodeURIComponent(orderNo)}`, { query: { channel }, signal }),
    refetchInterval: (query) => ((query.state.data?.refunds_open ?? 0) > 0 ? RENEW_MS : false),
  });
}
