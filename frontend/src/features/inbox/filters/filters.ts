/** What the inbox is narrowed to: it lives in the address, and a saved view is the same under a name. Pure. */
import type { SavedView, TaskBox } from "@/api/types";

export type Filters = { q: string; flow: string; step: string; due: "" | "overdue" | "today" };

export const NO_FILTERS: Filters = { q: "", flow: "", step: "", due: "" };

const DUE = ["overdue", "today"] as const;

export function readFilters(given: { get: (name: string) => string | null }): Filters {
  return {
    q: given.get("q") ?? "",
    flow: given.get("flow") ?? "",
    step: given.get("step") ?? "",
    due: DUE.find((one) => one === given.get("due")) ?? "",
  };
}

export function filtersOf(view: SavedView): Filters {
  return readFilters(new URLSearchParams(view.filters));
}

/** Only those that narrow; nothing is due in the boxes of what is over or asked for. */
export function said(filters: Filters, box: TaskBox): Partial<Record<keyof Filters, string>> {
  return Object.fromEntries(
    Object.entries(filters).filter(([name, value]) => value !== "" && (name !== "due" || box === "todo")),
  );
}

export function same(one: Filters, other: Filters): boolean {
  return (Object.keys(NO_FILTERS) as (keyof Filters)[]).every((name) => one[name] === other[name]);
}

/** As the server asks for them: it knows what is late, and the browser when its day ends. */
export function queryOf(filters: Filters, box: TaskBox, now: Date): Record<string, string> {
  const { due, ...rest } = said(filters, box);
  if (due !== "today") return due ? { ...rest, due } : rest;
  const midnight = new Date(now);
  midnight.setHours(24, 0, 0, 0);
  return { ...rest, due_before: midnight.toISOString() };
}
