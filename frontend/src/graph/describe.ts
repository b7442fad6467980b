/** What a card says about its node: generated from type and config, never typed by a person. Pure. */
import type { NodeTypeInfo } from "@/api/types";
import {
  type Branch,
  branchesOf,
  type Graph,
  type GraphNode,
  isErrorPort,
  isRecord,
  nodeOf,
  OTHERWISE,
  records,
  textOf,
} from "./document";
import { sayAssignees } from "./assigneeSentence";
import { callSentence, eachSentence } from "./callSentence";
import { errorName } from "./errorName";
import { durationText, readableExpression } from "./expressionText";
import { noticeSentence } from "./noticeSentence";
import { readThreshold, USUAL_THRESHOLD } from "./threshold";

export type Accent = "approval" | "condition" | "action" | "plain";

export interface Chip {
  kind: "timeout" | "offline" | "reject";
  text: string;
}

export interface NodeFace {
  title: string;
  icon: string;
  accent: Accent;
  kindName: string;
  sentence: string;
  chips: Chip[];
  /** What must still be filled in, as a request; the card shows it instead of the sentence. */
  missing: string | null;
}

export interface Speech {
  language: string;
  say: (key: string, params?: Record<string, string | number>) => string;
  /** The name of a person, group or role in the reader's language; the key when it is not known. */
  nameOf: (kind: string, key: string) => string;
  types: ReadonlyMap<string, NodeTypeInfo>;
}

const BUILT_IN: Record<string, { accent: Accent; icon: string }> = {
  start: { accent: "plain", icon: "play" },
  end: { accent: "plain", icon: "stop" },
  terminate: { accent: "plain", icon: "terminate" },
  cancel_region: { accent: "action", icon: "withdraw" },
  exclusive: { accent: "condition", icon: "branch" },
  parallel: { accent: "condition", icon: "parallel" },
  inclusive: { accent: "condition", icon: "inclusive" },
  event_choice: { accent: "condition", icon: "event_choice" },
  delay: { accent: "action", icon: "clock" },
  message: { accent: "action", icon: "mail" },
  mapping: { accent: "action", icon: "equals" },
  decision_table: { accent: "action", icon: "table" },
  http_request: { accent: "action", icon: "request" },
  notify: { accent: "action", icon: "bell" },
  approval: { accent: "approval", icon: "approval" },
};

export function describeNode(node: GraphNode, graph: Graph, speech: Speech): NodeFace {
  const info = speech.types.get(node.type);
  const kindName = textOf(info?.title, speech.language) || sayOr(speech, `kind.${node.type}`, node.type);
  const face: NodeFace = {
    title: textOf(node.name, speech.language) || kindName,
    icon: info?.icon ?? BUILT_IN[node.type]?.icon ?? "box",
    accent: accentOf(node.type, info),
    kindName,
    sentence: "",
    chips: [],
    missing: null,
  };
  const body = SENTENCES[node.type]?.(node, graph, speech) ?? plainSentence(info, speech, face);
  return { ...face, ...body };
}

export function accentOf(type: string, info: NodeTypeInfo | undefined): Accent {
  const known = BUILT_IN[type]?.accent;
  if (known) return known;
  if (info?.ports.kind === "branches") return "condition";
  return info?.category === "approval" ? "approval" : "action";
}

type Body = Partial<Pick<NodeFace, "sentence" | "chips" | "missing">>;

function plainSentence(info: NodeTypeInfo | undefined, speech: Speech, face: NodeFace): Body {
  return {
    sentence: face.title === face.kindName ? textOf(info?.description, speech.language) : face.kindName,
  };
}

const SENTENCES: Record<string, (node: GraphNode, graph: Graph, speech: Speech) => Body> = {
  start: (node, _graph, speech) => {
    const trigger = node.config["trigger"];
    const schedule = isRecord(node.config["schedule"]) ? node.config["schedule"] : {};
    if (typeof schedule["cron"] === "string" && schedule["cron"])
      return { sentence: speech.say("card.schedule", { cron: schedule["cron"] }) };
    return { sentence: typeof trigger === "string" && trigger ? triggerSentence(trigger, speech) : "" };
  },
  end: () => ({ sentence: "" }),
  terminate: (_node, _graph, speech) => ({ sentence: speech.say("card.terminate") }),
  cancel_region: (node, graph, speech) => {
    const ids = Array.isArray(node.config["nodes"]) ? node.config["nodes"].map(String) : [];
    if (ids.length === 0) return { missing: speech.say("card.missing.steps") };
    const names = ids
      .map((id) => textOf(nodeOf(graph, id)?.name, speech.language) || id)
      .join(speech.say("list.separator"));
    return { sentence: speech.say("card.withdraw", { names }) };
  },
  exclusive: () => ({ sentence: "" }),
  parallel: (node, _graph, speech) => ({
    sentence: branchesOf(node).length > 0 ? speech.say("card.fork") : speech.say("card.join"),
  }),
  inclusive: (node, _graph, speech) => ({
    sentence: branchesOf(node).length > 0 ? speech.say("card.choose") : speech.say("card.merge"),
  }),
  event_choice: (node, _graph, speech) => ({
    sentence: speech.say("card.first", {
      what: branchesOf(node)
        .map((branch) => sayAwaited(branch, speech).short)
        .filter(Boolean)
        .join(speech.say("list.separator")),
    }),
  }),
  delay: (node, _graph, speech) => {
    const after = node.config["after"];
    if (typeof after !== "string" || !after) return { missing: speech.say("card.missing.duration") };
    const clock = node.config["clock"] === "working" ? speech.say("clock.working") : "";
    return { sentence: speech.say("card.delay", { time: sayDuration(after, speech), clock }).trim() };
  },
  mapping: (node, graph, speech) => {
    const rows = records(node.config["assign"]).filter((row) => row["variable"] && row["value"]);
    if (rows.length === 0) return { missing: speech.say("card.missing.assignment") };
    return {
      sentence: rows.map((row) => sayAssignment(row, graph, speech)).join(speech.say("list.semicolon")),
    };
  },
  http_request: (node, graph, speech) => {
    const { connection, method, path } = node.config;
    if (typeof connection !== "string" || !connection)
      return { missing: speech.say("card.missing.connection") };
    if (typeof path !== "string" || !path) return { missing: speech.say("card.missing.path") };
    const where = sayTemplate(path, graph, speech);
    return { sentence: speech.say("card.request", { method: String(method ?? "GET"), connection, where }) };
  },
  notify: (node, graph, speech) => {
    const sentence = noticeSentence(node, {
      language: speech.language,
      say: speech.say,
      named: sayAssignees(node.config["to"], speech),
      variable: (name) => variableName(name, graph, speech),
      filled: (text) => sayTemplate(text, graph, speech),
    });
    return sentence === null ? { missing: speech.say("card.missing.receiver") } : { sentence };
  },
  decision_table: (node, graph, speech) => {
    const table = isRecord(node.config["table"]) ? node.config["table"] : {};
    const names = records(table["outputs"]).map((one) => variableName(one["variable"], graph, speech));
    const count = records(table["rules"]).length;
    if (count === 0 || names.length === 0) return { missing: speech.say("card.missing.rules") };
    return { sentence: speech.say("card.table", { count, names: names.join(speech.say("list.separator")) }) };
  },
  message: (node, graph, speech) => {
    const { message, key, within } = node.config;
    if (typeof message !== "string" || !message) return { missing: speech.say("card.missing.message") };
    const about =
      typeof key === "string" && key ? readableExpression(key, graph.variables, speech.language) : "";
    const time = typeof within === "string" && within ? sayDuration(within, speech) : "";
    return {
      sentence: about
        ? speech.say("card.messageAbout", { message, about })
        : speech.say("card.message", { message }),
      chips: time ? [{ kind: "timeout", text: speech.say("card.within", { time }) }] : [],
    };
  },
  subflow: (node, _graph, { say }) => callSentence(node, say),
  for_each: (node, graph, { say, language }) => eachSentence(node, say, graph.variables, language),
  approval: (node, graph, speech) => {
    const who = sayAssignees(node.config["assign"], speech, graph);
    const mode = sayMode(node.config, speech);
    return {
      sentence: who ? speech.say("card.approval", { who, mode }) : "",
      missing: who ? null : speech.say("card.missing.assignee"),
      chips: [
        ...timeoutChips(node.config["timeouts"], speech),
        ...rejectionChips(node.config["on_reject"], graph, speech),
      ],
    };
  },
};

/** What a branch waits for: in a list, as a sentence with its key, and what must still be said of it. */
function sayAwaited(
  branch: Branch,
  speech: Speech,
  graph?: Graph,
): { short: string; full: string; missing: string | null } {
  const { message, key, after } = branch;
  if (branch.on === "time") {
    const short = after ? sayDuration(after, speech) : "";
    const missing = short ? null : speech.say("card.missing.duration");
    return { short, full: short && speech.say("branch.elapsed", { time: short }), missing };
  }
  if (!message) return { short: "", full: "", missing: speech.say("card.missing.message") };
  const about = key ? readableExpression(key, graph?.variables ?? [], speech.language) : "";
  const full = speech.say(about ? "branch.cameAbout" : "branch.came", { message, about });
  return { short: speech.say("branch.quoted", { message }), full, missing: null };
}

export function triggerSentence(trigger: string, speech: Speech): string {
  const fallback = speech.say("card.trigger", { event: trigger });
  return sayOr(speech, `trigger.${trigger.replaceAll(".", "_")}`, fallback);
}

function sayAssignment(row: Record<string, unknown>, graph: Graph, speech: Speech): string {
  const value = readableExpression(String(row["value"]), graph.variables, speech.language);
  return speech.say("card.assign", { name: variableName(row["variable"], graph, speech), value });
}

function variableName(name: unknown, graph: Graph, speech: Speech): string {
  const variable = graph.variables.find((one) => one.name === name);
  return textOf(variable?.label, speech.language) || String(name);
}

/** A text with variables in it, each by the name that people read. */
function sayTemplate(text: string, graph: Graph, speech: Speech): string {
  return text.replaceAll(/\$\{([^{}]*)\}/g, (_, path: string) => {
    const variable = graph.variables.find((one) => one.name === path);
    return `{${textOf(variable?.label, speech.language) || path}}`;
  });
}

/** The catalogue's text, or `fallback` where it has none. */
export function sayOr(speech: Speech, key: string, fallback: string): string {
  const said = speech.say(key);
  return said === key ? fallback : said;
}

function sayMode({ mode = "any", vote }: GraphNode["config"], speech: Speech): string {
  if (mode !== "vote") return speech.say(`mode.${String(mode)}`);
  const { kind, parts, of } = readThreshold(isRecord(vote) ? vote["approve"] : null) ?? USUAL_THRESHOLD;
  return speech.say(`mode.vote.${kind}`, { parts, of });
}

/** Where a rejection returns the run to; nothing while it leaves by its exit. */
function rejectionChips(rule: unknown, graph: Graph, speech: Speech): Chip[] {
  const to = isRecord(rule) ? rule["to"] : undefined;
  if (typeof to !== "string" || to === "port") return [];
  if (to === "previous") return [{ kind: "reject", text: speech.say("card.rejectPrevious") }];
  if (to === "requester") return [{ kind: "reject", text: speech.say("card.rejectRequester") }];
  const step = textOf(nodeOf(graph, to)?.name, speech.language) || to;
  return [{ kind: "reject", text: speech.say("card.rejectTo", { step }) }];
}

export function timeoutChips(list: unknown, speech: Speech): Chip[] {
  return records(list).map((item) => ({ kind: "timeout", text: sayTimeout(item, speech) }));
}

export function sayTimeout(item: Record<string, unknown>, speech: Speech): string {
  const time = sayDuration(String(item["after"] ?? ""), speech);
  const verb = String(item["do"] ?? "remind");
  const to = sayAssignees(item["to"], speech);
  const key =
    to && (verb === "transfer" || verb === "escalate" || verb === "notify")
      ? `timeout.${verb}To`
      : `timeout.${verb}`;
  return speech.say("card.timeout", { time, does: speech.say(key, { to }) });
}

export function sayDuration(text: string, speech: Speech): string {
  return durationText(text, {
    day: speech.say("unit.day", { n: "#" }),
    hour: speech.say("unit.hour", { n: "#" }),
    minute: speech.say("unit.minute", { n: "#" }),
  });
}

export interface BranchFace {
  /** 1, 2, … for branches of which the first is taken; null for `otherwise` and for exits of other nodes. */
  rank: number | null;
  name: string;
  condition: string;
  missing: string | null;
}

/** The label of a line that leaves a node by `port`. */
export function describeBranch(node: GraphNode, port: string, graph: Graph, speech: Speech): BranchFace {
  const at = branchesOf(node).findIndex((branch) => branch.port === port);
  const branch: Branch | undefined = branchesOf(node)[at];
  if (!branch) {
    const condition = port === OTHERWISE ? speech.say("branch.noneOfTheAbove") : "";
    return { rank: null, name: portName(node, port, speech), condition, missing: null };
  }
  const name = textOf(branch.name, speech.language) || speech.say("branch.unnamed", { n: at + 1 });
  if (branch.on) {
    const awaited = sayAwaited(branch, speech, graph);
    return { rank: null, name, condition: awaited.full, missing: awaited.missing };
  }
  const conditional = "when" in branch || node.type === "exclusive";
  const when = branch.when?.trim() ?? "";
  return {
    rank: conditional && node.type !== "inclusive" ? at + 1 : null,
    name,
    condition: readableExpression(when, graph.variables, speech.language),
    missing: conditional && !when ? speech.say("card.missing.condition") : null,
  };
}

export function portName(node: GraphNode, port: string, speech: Speech): string {
  if (port === OTHERWISE) return speech.say("port.otherwise");
  if (isErrorPort(port)) return errorName(node, port, speech);
  const rule = speech.types.get(node.type)?.ports;
  const known = rule?.kind === "fixed" ? rule.ports.find((one) => one.port === port) : undefined;
  const text = textOf(known?.name, speech.language);
  if (text) return text;
  return sayOr(speech, `port.${port}`, port);
}
