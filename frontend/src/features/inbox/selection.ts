/** Which row is next, and how a row that left the list stays in place until the person moves on. Pure. */
import type { Task } from "@/api/types";

export type Held = { task: Task; index: number };

/** The list with the held task at its old place when the server no longer lists it. */
export function withHeld(tasks: Task[], held: Held | null): Task[] {
  if (!held || tasks.some((task) => task.id === held.task.id)) return tasks;
  const at = Math.min(held.index, tasks.length);
  return [...tasks.slice(0, at), held.task, ...tasks.slice(at)];
}

/** The neighbour in this direction, or the row itself at the end of the list. */
export function neighbour(tasks: Task[], id: string | null, step: 1 | -1): Task | null {
  const at = tasks.findIndex((task) => task.id === id);
  if (at < 0) return tasks[0] ?? null;
  return tasks[at + step] ?? tasks[at] ?? null;
}

/** Who comes after `id` has left: the row below, else the one above. */
export function afterLeaving(tasks: Task[], id: string): Task | null {
  const at = tasks.findIndex((task) => task.id === id);
  return tasks[at + 1] ?? tasks[at - 1] ?? null;
}

/** Several can be answered together only by whoever is asked. */
export function canChoose(task: Task): boolean {
  return task.closed_at === null && task.actions.includes("approve");
}

/** The rows from one to another, both included, in the order of the list. */
export function between(tasks: Task[], from: string, to: string): Task[] {
  const at = [from, to].map((id) => tasks.findIndex((task) => task.id === id));
  const [first, last] = [Math.min(...at), Math.max(...at)];
  return first < 0 ? tasks.slice(last, last + 1) : tasks.slice(first, last + 1);
}
