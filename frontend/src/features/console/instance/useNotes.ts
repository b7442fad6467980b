/** The line under each card: who decided it and when, or who has it since it was handed on. */
import type { HistoryEntry } from "@/api/types";
import { formatDateTime } from "@/ui/dateFormat";
import type { Run } from "../api/instance";
import { openTasks } from "../standing";
import { useHolders } from "../useStanding";
import { decisionsOf } from "./timelineRow";

export function useNotes(run: Run | undefined, history: readonly HistoryEntry[]): Record<string, string> {
  const holders = useHolders();
  const notes: Record<string, string> = {};
  for (const [node, { actor, at }] of decisionsOf(history)) {
    notes[node] = `${actor.name} ${formatDateTime(new Date(at))}`.trim();
  }
  // The card itself says whom the drawing asks; only what has changed since needs a note.
  const handedOn = new Set(
    history.filter((entry) => entry.data.what === "reassigned").map((entry) => entry.node),
  );
  for (const task of run ? openTasks(run) : []) if (handedOn.has(task.node)) notes[task.node] = holders(task);
  return notes;
}
