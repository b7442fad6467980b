/** A search keeps the task that is open while the answer lists it, and else opens the first that it found. */
import { useCallback, useEffect, useRef } from "react";
import type { Task } from "@/api/types";
import type { Select } from "./useInboxAddress";

type Search = {
  q: string;
  search: (q: string) => void;
  rows: Task[];
  isAnswered: boolean;
  selected: string | null;
  select: Select;
};

export function useSearch({ q, search, rows, isAnswered, selected, select }: Search): (q: string) => void {
  // Only a search may take the open task away; an address from elsewhere may show one that no box lists.
  const awaited = useRef<string | null>(null);
  useEffect(() => {
    if (awaited.current !== q || !isAnswered) return;
    awaited.current = null;
    if (selected !== null && !rows.some((row) => row.id === selected))
      select(rows[0]?.id ?? null, { replace: true });
  }, [q, isAnswered, rows, selected, select]);
  return useCallback(
    (text: string) => {
      awaited.current = text;
      search(text);
    },
    [search],
  );
}
