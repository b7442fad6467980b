/** Which rows are chosen to be dealt with together. A row that leaves the list leaves the choice. */
import { useMemo, useState } from "react";
import type { Task, TaskBox } from "@/api/types";
import { between, canChoose } from "../selection";

export type Chosen = {
  tasks: Task[];
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  /** From the row that was chosen last to this one. */
  extendTo: (id: string) => void;
  choose: (ids: string[]) => void;
  clear: () => void;
};

type Choice = { box: TaskBox; ids: ReadonlySet<string>; anchor: string | null };

export function useChosen(rows: Task[], box: TaskBox): Chosen {
  const [choice, setChoice] = useState<Choice>({ box, ids: new Set(), anchor: null });
  return useMemo(() => {
    const ids = choice.box === box ? choice.ids : new Set<string>();
    const add = (more: string[], anchor: string | null) =>
      setChoice({ box, ids: new Set([...ids, ...more]), anchor });
    return {
      tasks: rows.filter((row) => ids.has(row.id) && canChoose(row)),
      has: (id) => ids.has(id),
      toggle: (id) => {
        if (!ids.has(id)) add([id], id);
        else setChoice({ box, ids: new Set([...ids].filter((one) => one !== id)), anchor: null });
      },
      extendTo: (id) =>
        add(
          between(rows, choice.anchor ?? id, id)
            .filter(canChoose)
            .map((row) => row.id),
          id,
        ),
      choose: (more) => add(more, more.at(-1) ?? null),
      clear: () => setChoice({ box, ids: new Set(), anchor: null }),
    };
  }, [choice, rows, box]);
}
