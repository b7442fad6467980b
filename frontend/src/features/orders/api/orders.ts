import { useInfiniteQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { OrderStatus, OrderSummary, Page } from "@/api/types";

export const STATUSES: readonly OrderStatus[] = ["pending_payment", "awaiting_shipment", "closed"];

const PAGE = 50;

/** Orders, newest first, page after page. `q`: order number, buyer's name, phone or its last four digits. */
export function useOrders(filter: { q: string; status: OrderStatus | "" }) {
  return useInfiniteQuery({
    queryKey: ["orders", filter],
    queryFn: ({ pageParam, signal }) =>
      get<Page<OrderSummary>>("/orders", { query: { ...filter, cursor: pageParam, limit: PAGE }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
}
