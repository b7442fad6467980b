import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/problem";

/** Only a missing answer or a busy server is worth a second try. */
function worthRetrying(count: number, error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return count < 2 && (error.status === 0 || error.status === 503);
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: worthRetrying, staleTime: 10_000, networkMode: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
