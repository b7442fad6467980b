/** What a person fills in for a test run, and the request it becomes. Pure. */
import type { Assumption, RehearsalRequest } from "@/api/types";
import { valueOf } from "@/form/givenValue";
import type { GraphNode, Variable } from "@/graph/document";

export type Source = "order" | "values" | "past";

export interface Wish {
  source: Source;
  order: string;
  values: Readonly<Record<string, string>>;
  /** Local time as a field of the browser writes it, or empty. */
  at: string;
  days: number;
  away: readonly string[];
  /** What happens at a node, by its id; what is usual is left out. */
  outcomes: Readonly<Record<string, string>>;
}

export const NEW_WISH: Wish = {
  source: "order",
  order: "",
  values: {},
  at: "",
  days: 30,
  away: [],
  outcomes: {},
};

const DAY_MS = 86_400_000;

/** What may be assumed of a step besides the usual; none for steps that nobody outside has to do with. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  approval: ["reject", "nothing"],
  "orders.refund": ["fail"],
  http_request: ["fail"],
  message: ["receive"],
  event_choice: ["receive"],
};

export const choicesOf = (node: GraphNode): readonly string[] => CHOICES[node.type] ?? [];

function instant(local: string): string | undefined {
  return local === "" ? undefined : new Date(local).toISOString();
}

function outcomesOf(wish: Wish, nodes: readonly GraphNode[]): Assumption[] {
  return nodes.flatMap((node) => {
    const chosen = wish.outcomes[node.id];
    return chosen !== undefined && choicesOf(node).includes(chosen) ? [{ node: node.id, do: chosen }] : [];
  });
}

/** The part of a request that a test case keeps as well. */
function assumed(wish: Wish, nodes: readonly GraphNode[], now: Date) {
  const start = instant(wish.at) ?? now.toISOString();
  const end = new Date(Date.parse(start) + DAY_MS).toISOString();
  return {
    absences: wish.away.map((user) => ({ user, start, end })),
    outcomes: outcomesOf(wish, nodes),
  };
}

const writtenValues = (wish: Wish, variables: readonly Variable[]): Record<string, unknown> =>
  Object.fromEntries(variables.map((one) => [one.name, valueOf(one.type, wish.values[one.name] ?? "")]));

export interface Drawing {
  nodes: readonly GraphNode[];
  variables: readonly Variable[];
}

export function requestOf(wish: Wish, drawing: Drawing, now: Date): RehearsalRequest {
  const { absences, outcomes } = assumed(wish, drawing.nodes, now);
  const at = instant(wish.at);
  const rest = { outcomes, ...(at === undefined ? {} : { at }) };
  if (wish.source === "past")
    return { outcomes, since: new Date(now.getTime() - wish.days * DAY_MS).toISOString() };
  if (wish.source === "order") return { subjects: [wish.order.trim()], absences, ...rest };
  return { values: writtenValues(wish, drawing.variables), absences, ...rest };
}

/** What a case starts from, as far as the person wrote it; a past order brings its own values and time. */
export function givenOf(wish: Wish, drawing: Drawing, now: Date): Record<string, unknown> {
  const at = instant(wish.at);
  const given = assumed(wish, drawing.nodes, now);
  if (wish.source === "order") return { ...given, ...(at === undefined ? {} : { at }) };
  return { ...given, values: writtenValues(wish, drawing.variables), at: at ?? now.toISOString() };
}
