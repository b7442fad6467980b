/** From facts to lines of the timeline: which sentence, with which names, and what is only technical. Pure. */
import type { GraphDocument } from "@/api/documents";
import type { Actor, HistoryEntry } from "@/api/types";
import { explain, type Explained } from "@/ui/explain";

export type Tone = "plain" | "good" | "bad" | "warning" | "force";

export type TimelineRow = {
  seq: number;
  at: string;
  source: HistoryEntry["source"];
  actor: Actor;
  /** Key below `fact.` in the catalogue. */
  key: string;
  /** Node ids by placeholder; the reader's names are put in their place. */
  nodes: Record<string, string>;
  params: Record<string, string | number>;
  /** Moments by placeholder. */
  times: Record<string, string>;
  tone: Tone;
  /** For whom somebody acted, by the name of then. */
  behalf: string | null;
  /** What a person wrote. */
  quote: string | null;
  conditions: { port: string; explained: Explained }[];
  /** Rules of a table that held. */
  rules: { rule: number; explained: Explained }[];
  /** Fields that the step set, and how each value came about. */
  assigned: { variable: string; explained: Explained }[];
  from: string[];
  to: string[];
  people: { from: unknown[]; to: unknown[] } | null;
  incident: { code: string; message: string } | null;
  /** Messages that did not arrive, or of which nobody knows. */
  missed: { receiver: string; outcome: string; code: string }[];
  technical: boolean;
  /** Done by the engine; `actor` only set it in motion. */
  automatic: boolean;
};

type Part = Partial<Omit<TimelineRow, "seq" | "at" | "source" | "actor">> & { key: string };
type Data = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const record = (value: unknown): Data => (typeof value === "object" && value !== null ? (value as Data) : {});

function conditionsOf(why: Data): TimelineRow["conditions"] {
  return list(why["conditions"]).map((one) => {
    const tried = record(one);
    return { port: text(tried["port"]), explained: explain(text(tried["because"])) };
  });
}

function assignedOf(why: Data): TimelineRow["assigned"] {
  return list(why["assigned"]).map((one) => {
    const set = record(one);
    return { variable: text(set["variable"]), explained: explain(text(set["because"])) };
  });
}

function rulesOf(why: Data): TimelineRow["rules"] {
  return list(why["rules"]).map((one) => {
    const hit = record(one);
    return { rule: number(hit["rule"]), explained: explain(text(hit["because"])) };
  });
}

function missedOf(told: Data): TimelineRow["missed"] {
  return list(told["failed"]).map((one) => {
    const { receiver, outcome, code } = record(one);
    return { receiver: text(receiver), outcome: text(outcome), code: text(code) };
  });
}

const DECISIONS: Record<string, Tone> = { approved: "good", rejected: "bad", timed_out: "warning" };

function failureOf(error: Data): Pick<Part, "tone" | "incident"> {
  return { tone: "warning", incident: { code: text(error["code"]), message: text(error["message"]) } };
}

/** What a step did outside or heard from there; null when it says nothing of the kind. */
function effectOf(why: Data, way: Pick<Part, "from" | "to" | "nodes">): Part | null {
  if ("told" in why) {
    const told = record(why["told"]);
    const missed = missedOf(told);
    const params = { count: number(told["sent"]) };
    return missed.length > 0
      ? { key: "told_partly", ...way, params, missed, tone: "warning" }
      : { key: "told", ...way, params };
  }
  if (text(why["flow"])) return called(way, why);
  const receipt = text(why["provider_refund_id"]);
  if (receipt) return { key: "paid", ...way, params: { receipt }, tone: "good" };
  const message = text(why["message"]);
  if (message) return { key: "received", ...way, params: { message }, tone: "good" };
  const awaited = text(why["awaited"]);
  return awaited ? { key: "not_received", ...way, params: { message: awaited }, tone: "warning" } : null;
}

function moved(node: string, data: Data, graph: GraphDocument): Part {
  const why = record(data["why"]);
  const to = text(data["to"]);
  const way = { from: [node], to: [to], nodes: { node, to } };
  if ("error" in why) return { key: "left_by_error", ...way, ...failureOf(record(why["error"])) };
  if (Array.isArray(why["conditions"]))
    return { key: "branched", nodes: { node, to }, conditions: conditionsOf(why) };
  if (Array.isArray(why["assigned"])) {
    const rules = rulesOf(why);
    const ruled = rules.length > 0 ? "ruled" : "ruled_otherwise";
    return { key: "rules" in why ? ruled : "assigned", ...way, rules, assigned: assignedOf(why) };
  }
  const outcome = text(why["outcome"]);
  if (outcome === "submitted") return { ...submitted(why, node), from: [node], to: [to] };
  if (outcome in DECISIONS) return decided(outcome, why, way);
  if (typeof why["status"] === "number")
    return { key: "answered", ...way, params: { status: why["status"] } };
  const effect = effectOf(why, way);
  if (effect) return effect;
  const type = graph.nodes.find((one) => one.id === node)?.type;
  return { key: "passed", ...way, technical: type === "start" };
}

/** The requester submitted again what had come back to them. */
function submitted(why: Data, node: string): Part {
  const count = list(why["changes"]).length;
  const key = count > 0 ? "resubmitted" : "resubmitted_as_it_was";
  return { key, nodes: { node }, params: { count }, quote: text(why["comment"]) || null, tone: "good" };
}

/** An approval is over: by votes, or by a rule where nobody was left. */
function decided(outcome: string, why: Data, way: Pick<Part, "from" | "to" | "nodes">): Part {
  if (why["auto"] === "empty") return { key: `decided_by_rule_${outcome}`, ...way, tone: "warning" };
  const params = { approved: number(why["approved"]), rejected: number(why["rejected"]) };
  return { key: `decided_${outcome}`, ...way, params, tone: DECISIONS[outcome] ?? "plain" };
}

/** What a rule did in the place of a person; a line of its code for what nobody here knows. */
function byRule(what: string, note: Data, node: string): Part {
  if (what === "nobody_left")
    return { key: `nobody_left_${text(note["outcome"])}`, nodes: { node }, tone: "warning" };
  if (what !== "carried") return { key: "noted", nodes: { node }, params: { what }, technical: true };
  const nodes = { node, earlier: text(note["same_as"]) };
  return { key: "carried", nodes, params: { who: text(note["who"]) } };
}

/** A step that called other flows goes on. */
function called(way: Pick<Part, "from" | "to" | "nodes">, why: Data): Part {
  if (typeof why["completed"] !== "number")
    return { key: Array.isArray(why["runs"]) ? "called" : "called_alone", ...way };
  const params = { completed: number(why["completed"]), total: number(why["total"]) };
  return { key: why["stopped"] === true ? "called_each_stopped" : "called_each", ...way, params };
}

/** Why the run that called this one no longer wants it, when that is what ended it. */
const CALLER = /^caller\.(\w+)$/;

function waited(node: string, data: Data): Part {
  const awaits = text(data["awaits"]);
  const due = text(data["due_at"]);
  const key =
    due && (awaits === "signal" || awaits === "message") ? `waited_${awaits}_due` : `waited_${awaits}`;
  return { key, nodes: { node }, times: due ? { due } : {}, to: [node] };
}

type Nodes = { node: string };
const quoteOf = (note: Data): string | null => text(note["comment"]) || null;
const warned =
  (key: string) =>
  (nodes: Nodes): Part => ({ key, nodes, tone: "warning" });

/** What a step says beside the way, by its name. */
const NOTES: Record<string, (nodes: Nodes, note: Data) => Part> = {
  voted: (nodes, note) => {
    const outcome = text(note["outcome"]);
    return {
      key: `voted_${outcome}`,
      nodes,
      behalf: text(record(note["on_behalf_of"])["name"]) || null,
      quote: quoteOf(note),
      tone: DECISIONS[outcome] ?? "plain",
    };
  },
  reassigned: (nodes, note) => ({
    key: `reassigned_${text(note["cause"])}`,
    nodes,
    people: { from: list(note["from"]), to: list(note["to"]) },
    quote: quoteOf(note),
    tone: text(note["cause"]) === "timeout" ? "warning" : "plain",
  }),
  claimed: (nodes) => ({ key: "claimed", nodes }),
  released: (nodes, note) => ({ key: "released", nodes, quote: quoteOf(note) }),
  commented: (nodes, note) => ({ key: "commented", nodes, quote: text(note["text"]) }),
  copied: (nodes, note) => ({
    key: "copied",
    nodes,
    people: { from: [], to: list(note["to"]) },
    quote: quoteOf(note),
  }),
  due_moved: (nodes, note) => ({ key: "due_moved", nodes, times: { due: text(note["due_at"]) } }),
  // By the flow when time runs out, or by somebody who asks to hurry.
  reminded: (nodes, note) => ({
    key: note["by_hand"] === true ? "reminded_by_hand" : "reminded",
    nodes,
    quote: quoteOf(note),
    tone: "warning",
  }),
  timed_out: warned("timed_out"),
  transfer_found_nobody: warned("transfer_found_nobody"),
  transfer_found_too_few: warned("transfer_found_too_few"),
};

function noted(node: string, data: Data): Part {
  const what = text(data["what"]);
  const note = record(data["data"]);
  const tell = NOTES[what];
  return tell ? tell({ node }, note) : byRule(what, note, node);
}

const OTHERS: Record<string, (node: string, data: Data) => Part> = {
  started: (node) => ({ key: "started", nodes: { node } }),
  waited,
  noted,
  changed: (node) => ({ key: "changed", nodes: { node }, technical: true }),
  forked: (node, data) => ({
    key: "forked",
    nodes: { node },
    params: { count: list(data["branches"]).length },
    conditions: conditionsOf(record(data["why"])),
  }),
  joined: (node) => ({ key: "joined", nodes: { node } }),
  ended: (node) => ({ key: "ended", nodes: { node }, technical: true }),
  withdrawn: (node, data) => ({
    key: `${data["skips"] === true ? "skipped" : "withdrawn"}_${text(data["reason"])}`,
    nodes: { node },
    tone: data["skips"] === true ? "warning" : "plain",
  }),
  failed: (node, data) => ({
    key: "failed",
    nodes: { node },
    tone: "bad",
    incident: { code: text(data["code"]), message: text(data["message"]) },
  }),
  retried: (node, data) => ({
    key: "retried",
    nodes: { node },
    quote: text(data["reason"]) || null,
    tone: "force",
  }),
  forced: (node, data) => ({
    // By the step's own way on: that one step was passed.
    key: data["via"] === undefined ? "forced" : "skipped",
    nodes: { node: data["via"] === undefined ? node : text(list(data["left"])[0]) },
    from: list(data["left"]).map(String),
    to: [node],
    quote: text(data["reason"]),
    tone: "force",
  }),
  returned: (node, data) => {
    const by = text(data["by"]);
    const way = { from: list(data["left"]).map(String), to: [node] };
    const quote = text(record(data["why"])["comment"]) || null;
    const key = data["data"] ? "returned_to_requester" : "returned";
    const tone = by ? "warning" : "force";
    return { key: by ? key : `${key}_by_hand`, nodes: { node: by, to: node }, ...way, quote, tone };
  },
  resumed: (node, data) => ({
    key: text(record(data["why"])["outcome"]) === "submitted" ? "resubmitted_back" : "resumed",
    nodes: { node, to: text(data["to"]) },
    from: [node],
    to: [text(data["to"])],
    tone: "good",
  }),
  migrated: (_node, data) => ({
    key: "migrated",
    params: { before: number(data["before"]), version: number(data["version"]) },
    from: list(data["moves"]).map((move) => text(list(move)[1])),
    to: list(data["moves"]).map((move) => text(list(move)[2])),
    quote: text(data["reason"]),
    tone: "force",
  }),
  completed: () => ({ key: "completed", tone: "good" }),
  cancelled: (_node, data) => {
    const caller = CALLER.exec(text(data["reason"]))?.[1];
    if (caller !== undefined) return { key: `recalled_${caller}`, tone: "force" };
    return { key: "cancelled", quote: text(data["reason"]) || null, tone: "force" };
  },
};

/** Kinds that somebody does; all others follow from them. */
const BY_ACTOR: ReadonlySet<string> = new Set([
  "started",
  "noted",
  "retried",
  "forced",
  "returned",
  "migrated",
  "cancelled",
]);

export function rowOf(entry: HistoryEntry, graph: GraphDocument): TimelineRow {
  const node = entry.node ?? "";
  const part: Part =
    entry.kind === "moved"
      ? moved(node, entry.data, graph)
      : (OTHERS[entry.kind]?.(node, entry.data) ?? {
          key: "other",
          params: { kind: entry.kind },
          technical: true,
        });
  return {
    seq: entry.seq,
    at: entry.at,
    source: entry.source,
    actor: entry.actor,
    nodes: {},
    params: {},
    times: {},
    tone: "plain",
    behalf: null,
    quote: null,
    conditions: [],
    rules: [],
    assigned: [],
    from: [],
    to: [],
    people: null,
    incident: null,
    missed: [],
    technical: false,
    automatic: !BY_ACTOR.has(entry.kind),
    ...part,
  };
}

/** Who decided at each node and when, for the line under its card. */
export function decisionsOf(history: readonly HistoryEntry[]): Map<string, { actor: Actor; at: string }> {
  const found = new Map<string, { actor: Actor; at: string }>();
  for (const entry of history) {
    if (entry.kind === "noted" && entry.node && entry.data.what === "voted") {
      found.set(entry.node, { actor: entry.actor, at: entry.at });
    }
  }
  return found;
}
