/** Graphs for tests: the refund flow of the contract, long chains, and random ones. */
import type { Graph, GraphEdge, GraphNode } from "./document";

export function refundGraph(): Graph {
  return {
    format: 1,
    variables: [
      { name: "refundAmount", type: "money", label: { zh: "退款金额", en: "Refund amount" } },
      { name: "orderTotal", type: "money", label: { zh: "订单金额", en: "Order total" } },
    ],
    nodes: [
      {
        id: "start",
        type: "start",
        name: { zh: "退款申请", en: "Refund requested" },
        config: { trigger: "refund.requested" },
      },
      {
        id: "small",
        type: "exclusive",
        name: { zh: "小额退款?", en: "Small refund?" },
        config: {
          branches: [
            {
              port: "small",
              name: { zh: "小额直通", en: "Small" },
              when: "${refundAmount} < ${orderTotal} * 0.3",
            },
          ],
        },
      },
      {
        id: "finance",
        type: "approval",
        name: { zh: "财务复核", en: "Finance review" },
        config: {
          assign: [{ kind: "group", group: "finance" }],
          mode: "any",
          timeouts: [
            {
              after: "PT120M",
              clock: "working",
              do: "transfer",
              to: [{ kind: "group", group: "finance-backup" }],
            },
          ],
          offline: "pause",
        },
      },
      {
        id: "ops",
        type: "approval",
        name: { zh: "运营终审", en: "Operations review" },
        config: { assign: [{ kind: "group", group: "operations" }], mode: "any" },
      },
      { id: "refund", type: "orders.refund", name: { zh: "原路退款", en: "Refund" }, config: {} },
      {
        id: "reject",
        type: "orders.reject_refund",
        name: { zh: "拒绝退款", en: "Reject refund" },
        config: {},
      },
      { id: "end", type: "end", config: {} },
    ],
    edges: [
      { id: "e1", from: "start", port: "out", to: "small" },
      { id: "e2", from: "small", port: "small", to: "ops" },
      { id: "e3", from: "small", port: "otherwise", to: "finance" },
      { id: "e4", from: "finance", port: "approved", to: "ops" },
      { id: "e5", from: "finance", port: "rejected", to: "reject" },
      { id: "e6", from: "ops", port: "approved", to: "refund" },
      { id: "e7", from: "ops", port: "rejected", to: "reject" },
      { id: "e8", from: "refund", port: "out", to: "end" },
      { id: "e9", from: "reject", port: "out", to: "end" },
    ],
  };
}

/** A graph in shorthand: `a.out>b` lines; nodes whose name starts with `if` are gateways, with `ap` approvals. */
export function sketch(lines: string): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  for (const [at, line] of lines.trim().split(/\s+/).entries()) {
    const [head = "", to = ""] = line.split(">");
    const [from = "", port = "out"] = head.split(".");
    for (const id of [from, to]) if (!nodes.has(id)) nodes.set(id, sketched(id));
    const node = nodes.get(from);
    if (node?.type === "exclusive" && port !== "otherwise") {
      const branches = Array.isArray(node.config["branches"]) ? node.config["branches"] : [];
      node.config = { branches: [...branches, { port, when: "true" }] };
    }
    edges.push({ id: `e${at + 1}`, from, port, to });
  }
  return { format: 1, variables: [], nodes: [...nodes.values()], edges };
}

function sketched(id: string): GraphNode {
  const type = id.startsWith("if")
    ? "exclusive"
    : id.startsWith("ap")
      ? "approval"
      : id.startsWith("start")
        ? "start"
        : id.startsWith("end")
          ? "end"
          : "delay";
  return { id, type, name: { zh: id, en: id }, config: {} };
}

/** A random number source that repeats itself for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Any graph at all: cycles, crossings, parts without a way in. */
export function wildGraph(random: () => number, size: number): Graph {
  const pick = (n: number): number => Math.floor(random() * n);
  const lines: string[] = ["start>n0"];
  const names = Array.from({ length: size }, (_, at) => ["n", "if", "ap"][pick(3)] + String(at));
  names[0] = "n0";
  names.push("end");
  for (const [at, name] of names.entries()) {
    if (name === "end") continue;
    const target = (): string =>
      (random() < 0.15 ? names[pick(names.length)] : names[Math.min(at + 1 + pick(4), names.length - 1)]) ??
      "end";
    if (name.startsWith("if"))
      for (let b = 0; b < 1 + pick(3); b += 1) lines.push(`${name}.b${b}>${target()}`);
    if (name.startsWith("if")) lines.push(`${name}.otherwise>${target()}`);
    else if (name.startsWith("ap")) {
      lines.push(`${name}.approved>${target()}`);
      if (random() < 0.7) lines.push(`${name}.rejected>${target()}`);
    } else lines.push(`${name}.out>${target()}`);
  }
  return sketch(lines.join(" "));
}

/** A well-formed flow of about `size` steps with conditions and approvals, for measuring. */
export function longGraph(size: number): Graph {
  const lines: string[] = [];
  let previous = "start";
  for (let at = 0; at < size; at += 5) {
    lines.push(`${previous}>if${at}`, `if${at}.yes>ap${at + 1}`, `if${at}.otherwise>n${at + 2}`);
    lines.push(
      `ap${at + 1}.approved>n${at + 3}`,
      `ap${at + 1}.rejected>end`,
      `n${at + 2}>n${at + 4}`,
      `n${at + 3}>n${at + 4}`,
    );
    previous = `n${at + 4}`;
  }
  lines.push(`${previous}>end`);
  return sketch(lines.join(" "));
}
