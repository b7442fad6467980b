/** The server reads and types a condition with the engine's own code; the browser has no second reader. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post } from "@/api/client";
import type { ExpressionCheck } from "@/api/types";
import type { Variable } from "@/graph/document";

const WAIT_MS = 180;

export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

export interface Checked {
  /** The text the answer belongs to. */
  text: string;
  check: ExpressionCheck;
}

/**
 * The answer for the text as it stood a moment ago; undefined until the first one, and for an empty text.
 * A condition must be true or false; any other expression may have any type.
 */
export function useExpressionCheck(
  text: string,
  variables: readonly Variable[],
  { condition }: { condition: boolean },
): { checked: Checked | undefined; failed: boolean } {
  const settled = useSettled(text, WAIT_MS);
  const query = useQuery({
    queryKey: ["expression", settled, variables, condition],
    queryFn: async ({ signal }): Promise<Checked> => {
      const check = await post<ExpressionCheck>(
        "/expressions/check",
        { text: settled, variables, condition },
        { signal },
      );
      return { text: settled, check };
    },
    enabled: settled.trim() !== "",
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  return { checked: settled.trim() === "" ? undefined : query.data, failed: query.isError };
}
