/** Search and filter live in the address. */
import { useSearchParams } from "react-router";
import type { OrderStatus } from "@/api/types";
import { STATUSES } from "../api/orders";

export type OrderFilters = { q: string; status: OrderStatus | "" };

export function useOrdersAddress(): [OrderFilters, (change: Partial<OrderFilters>) => void] {
  const [params, setParams] = useSearchParams();
  const filters: OrderFilters = {
    q: params.get("q") ?? "",
    status: STATUSES.find((status) => status === params.get("status")) ?? "",
  };
  const change = (wanted: Partial<OrderFilters>) => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...filters, ...wanted })) if (value) next.set(name, value);
    setParams(next, { replace: true });
  };
  return [filters, change];
}
