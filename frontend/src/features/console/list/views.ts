/** The cards above the list: each is a filter that the address holds. Pure. */
import type { Instance } from "@/api/types";
import type { InstanceFilter } from "../api/instances";

export const VIEWS = ["stuck", "failed", "forgotten", "running", "completed", "cancelled"] as const;
export type View = (typeof VIEWS)[number];

export const FIRST_VIEW: View = "running";

const FILTERS: Record<View, InstanceFilter> = {
  stuck: { stuck: true },
  failed: { stuck: true },
  forgotten: { stuck: true },
  running: { status: "running" },
  completed: { status: "completed" },
  cancelled: { status: "cancelled" },
};

/** Views that narrow the stuck runs by the reason why they are stuck. */
const REASONS: Partial<Record<View, string>> = { failed: "action_failed", forgotten: "nobody_acted" };

export function viewOf(text: string | null): View {
  return VIEWS.find((view) => view === text) ?? FIRST_VIEW;
}

export function filterOf(view: View): InstanceFilter {
  return FILTERS[view];
}

export function belongsTo(view: View, instance: Instance): boolean {
  const reason = REASONS[view];
  return reason === undefined || instance.stuck?.code === reason;
}

/** `3`, or `50+` while there are pages that were not read. Null for views that are not counted. */
export function countOf(view: View, stuck: readonly Instance[], more: boolean): string | null {
  if (!FILTERS[view].stuck) return null;
  const count = stuck.filter((one) => belongsTo(view, one)).length;
  return more ? `${count}+` : String(count);
}
