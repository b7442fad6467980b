/** A search, or another filter, keeps the task that is open while the answer lists it, and else opens the first that it found. */
import { useCallback, useEffect, useRef } from "react";
import type { Task } from "@/api/types";
import { type Filters, same } from "./filters/filters";
import type { Select } from "./useInboxAddress";

type Search = {
  filters: Filters;
  narrow: (filters: Filters) => void;
  rows: Task[];
  isAnswered: boolean;
  selected: string | null;
  select: Select;
};

export function useSearch({
  filters,
  narrow,
  rows,
  isAnswered,
  selected,
  select,
}: Search): (filters: Filters) => void {
  // Only a search may take the open task away; an address from elsewhere may show one that no box lists.
  const awaited = useRef<Filters | null>(null);
  useEffect(() => {
    if (!awaited.current || !same(awaited.current, filters) || !isAnswered) return;
    awaited.current = null;
    if (selected !== null && !rows.some((row) => row.id === selected))
      select(rows[0]?.id ?? null, { replace: true });
  }, [filters, isAnswered, rows, selected, select]);
  return useCallback(
    (wanted: Filters) => {
      awaited.current = wanted;
      narrow(wanted);
    },
    [narrow],
  );
}
