import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Instance, Page } from "@/api/types";

const RENEW_MS = 10_000;

/** The runs about an order and its refunds, as far as whoever asks may see them. */
export function useRuns(orderNo: string, wanted: boolean) {
  return useQuery({
    queryKey: ["runs", orderNo],
    queryFn: ({ signal }) =>
      get<Page<Instance>>("/instances", { query: { subject: orderNo, limit: 100 }, signal }),
    enabled: wanted,
    refetchInterval: RENEW_MS,
  });
}
