/** Undo and redo as a list of named changes. A value; the store keeps the current one. */
import type { FlowDocument } from "../document";
import { apply, type Change, invert } from "./edit";

const MERGE_WITHIN_MS = 1_500;
const KEPT = 500;

interface Step {
  change: Change;
  at: number;
}

export interface History {
  done: readonly Step[];
  undone: readonly Step[];
}

export const EMPTY_HISTORY: History = { done: [], undone: [] };

/** Applies a change and remembers it; typing on in the same field stays one step. */
export function perform(
  document: FlowDocument,
  history: History,
  change: Change,
  now: number,
): [FlowDocument, History] {
  const last = history.done.at(-1);
  const merges =
    last && change.merge !== null && last.change.merge === change.merge && now - last.at < MERGE_WITHIN_MS;
  const step: Step = merges
    ? { change: { ...change, operations: [...last.change.operations, ...change.operations] }, at: now }
    : { change, at: now };
  const kept = merges ? history.done.slice(0, -1) : history.done.slice(-KEPT + 1);
  return [apply(document, change.operations), { done: [...kept, step], undone: [] }];
}

export function undo(document: FlowDocument, history: History): [FlowDocument, History, Change | null] {
  const step = history.done.at(-1);
  if (!step) return [document, history, null];
  const before = apply(document, invert(step.change.operations));
  return [before, { done: history.done.slice(0, -1), undone: [...history.undone, step] }, step.change];
}

export function redo(document: FlowDocument, history: History): [FlowDocument, History, Change | null] {
  const step = history.undone.at(-1);
  if (!step) return [document, history, null];
  // A redone change is never merged with what comes after it.
  const again = { change: { ...step.change, merge: null }, at: step.at };
  const after = apply(document, step.change.operations);
  return [after, { done: [...history.done, again], undone: history.undone.slice(0, -1) }, step.change];
}
