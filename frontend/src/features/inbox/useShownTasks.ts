/** The rows as they are shown: the server's list, with the selected row held in its place. */
import { useMemo, useState } from "react";
import type { Task, TaskBox } from "@/api/types";
import { useTaskList } from "./api/listTasks";
import { useTask } from "./api/readTask";
import type { Filters } from "./filters/filters";
import { type Held, withHeld } from "./selection";

/** The selected row as the list last showed it, while the list is still the one of this search. */
function useHeld(
  listed: Task[],
  selected: string | null,
  filters: Filters,
  isAnswered: boolean,
): Held | null {
  const [kept, setKept] = useState<(Held & { filters: Filters }) | null>(null);
  const held = kept?.filters === filters ? kept : null;
  const index = listed.findIndex((task) => task.id === selected);
  const found = listed[index];
  if (found && isAnswered && (held?.task !== found || held.index !== index))
    setKept({ task: found, index, filters });
  if (held && held.task.id !== selected) setKept(null);
  return held;
}

export function useShownTasks(box: TaskBox, filters: Filters, selected: string | null) {
  const list = useTaskList(box, filters);
  const pages = list.data?.pages;
  const listed = useMemo(() => (pages ?? []).flatMap((page) => page.data.results), [pages]);
  const held = useHeld(listed, selected, filters, !list.isPlaceholderData);

  // A row that is held because somebody else decided it says so as well.
  const read = useTask(selected).data?.data;
  const rows = useMemo(
    () =>
      withHeld(listed, held).map((row) =>
        row.id === read?.id && row.closed_at === null && read.closed_at !== null ? read : row,
      ),
    [listed, held, read],
  );
  return {
    list,
    rows,
    readAt: pages?.[0]?.readAt ?? 0,
  };
}
