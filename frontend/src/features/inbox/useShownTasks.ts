/** The rows as they are shown: the server's list, with the selected row held in its place. */
import { useMemo, useState } from "react";
import type { TaskBox } from "@/api/types";
import { useTaskList } from "./api/listTasks";
import { useTask } from "./api/readTask";
import { type Held, withHeld } from "./selection";

export function useShownTasks(box: TaskBox, q: string, selected: string | null) {
  const list = useTaskList(box, q);
  const [held, setHeld] = useState<Held | null>(null);
  const pages = list.data?.pages;
  const listed = useMemo(() => (pages ?? []).flatMap((page) => page.data.results), [pages]);

  const index = listed.findIndex((task) => task.id === selected);
  const found = listed[index];
  if (found && (held?.task !== found || held.index !== index)) setHeld({ task: found, index });
  if (held && held.task.id !== selected) setHeld(null);

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
