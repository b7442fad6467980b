/** What changed between two graphs, as sentences for people. Layout is no change. Pure. */
import type { Said } from "./commands/edit";
import {
  type Branch,
  branchesOf,
  type Graph,
  type GraphNode,
  incoming,
  nameOf,
  nodeOf,
  outgoing,
} from "./document";

export interface DiffLine extends Said {
  sign: "+" | "-" | "~";
  node: string | null;
}

export function diffGraphs(before: Graph, after: Graph): DiffLine[] {
  const lines: DiffLine[] = [];
  for (const node of after.nodes) {
    const old = nodeOf(before, node.id);
    if (!old) lines.push(added(after, node));
    else if (old !== node) lines.push(...changed(old, node));
  }
  for (const node of before.nodes) {
    if (!nodeOf(after, node.id))
      lines.push({ sign: "-", node: null, key: "diff.removed", params: { step: title(node) } });
  }
  lines.push(...rerouted(before, after), ...variables(before, after));
  return lines;
}

function title(node: GraphNode) {
  return node.name ?? node.id;
}

function added(graph: Graph, node: GraphNode): DiffLine {
  const before = incoming(graph, node.id)[0]?.from;
  const after = outgoing(graph, node.id)[0]?.to;
  const base = { sign: "+" as const, node: node.id };
  if (before === undefined || after === undefined)
    return { ...base, key: "diff.added", params: { step: title(node) } };
  const params = { step: title(node), after: nameOf(graph, before), before: nameOf(graph, after) };
  return { ...base, key: "diff.addedBetween", params };
}

function changed(old: GraphNode, node: GraphNode): DiffLine[] {
  const lines: DiffLine[] = [];
  const line = (key: string, params: DiffLine["params"]): number =>
    lines.push({ sign: "~", node: node.id, key, params: { step: title(node), ...params } });
  if (!same(old.name, node.name)) line("diff.renamed", { from: title(old) });
  if (old.type !== node.type) line("diff.retyped", {});
  const fields = new Set([...Object.keys(old.config), ...Object.keys(node.config)]);
  for (const field of fields) {
    if (same(old.config[field], node.config[field])) continue;
    if (field === "branches") lines.push(...branches(old, node));
    else line("diff.setting", { field });
  }
  return lines;
}

type MakeLine = (
  sign: DiffLine["sign"],
  key: string,
  branch: Branch,
  params?: DiffLine["params"],
) => DiffLine;

function branches(old: GraphNode, node: GraphNode): DiffLine[] {
  const before = new Map(branchesOf(old).map((branch) => [branch.port, branch]));
  const now = branchesOf(node);
  const make: MakeLine = (sign, key, branch, params = {}) => ({
    sign,
    node: node.id,
    key,
    params: { step: title(node), branch: branch.name ?? branch.port, ...params },
  });
  const lines = now.flatMap((branch) => branchLine(before.get(branch.port), branch, make));
  const ports = now.map((branch) => branch.port);
  for (const branch of before.values()) {
    if (!ports.includes(branch.port)) lines.push(make("-", "diff.branchRemoved", branch));
  }
  const kept = ports.filter((port) => before.has(port));
  const order = [...before.keys()].filter((port) => kept.includes(port));
  const [first] = now;
  if (first && !same(kept, order)) lines.push(make("~", "diff.reordered", first));
  return lines;
}

const AWAITED = ["on", "message", "key", "into", "after"] as const;

function branchLine(known: Branch | undefined, branch: Branch, make: MakeLine): DiffLine[] {
  if (!known) return [make("+", "diff.branchAdded", branch)];
  const conditions = { from: known.when ?? "", to: branch.when ?? "" };
  if (conditions.from !== conditions.to) return [make("~", "diff.condition", branch, conditions)];
  if (AWAITED.some((field) => known[field] !== branch[field])) return [make("~", "diff.awaited", branch)];
  if (same(known.name, branch.name)) return [];
  return [make("~", "diff.branchRenamed", branch, { from: known.name ?? known.port })];
}

/** Lines that lead elsewhere although both their steps existed before and still do. */
function rerouted(before: Graph, after: Graph): DiffLine[] {
  const lines: DiffLine[] = [];
  for (const edge of after.edges) {
    const old = outgoing(before, edge.from).find((one) => one.port === edge.port);
    if (!old || old.to === edge.to || !nodeOf(before, edge.to) || !nodeOf(after, old.to)) continue;
    const params = {
      step: nameOf(after, edge.from),
      from: nameOf(before, old.to),
      to: nameOf(after, edge.to),
    };
    lines.push({ sign: "~", node: edge.from, key: "diff.rerouted", params });
  }
  return lines;
}

function variables(before: Graph, after: Graph): DiffLine[] {
  const names = (graph: Graph) => new Map(graph.variables.map((one) => [one.name, one]));
  const old = names(before);
  const now = names(after);
  const lines: DiffLine[] = [];
  const line = (
    sign: DiffLine["sign"],
    key: string,
    name: string,
    label: DiffLine["params"][string] | undefined,
  ): number => lines.push({ sign, node: null, key, params: { variable: label ?? name } });
  for (const [name, one] of now) {
    const known = old.get(name);
    if (!known) line("+", "diff.variableAdded", name, one.label);
    else if (!same(known, one)) line("~", "diff.variableChanged", name, one.label);
  }
  for (const [name, one] of old) if (!now.has(name)) line("-", "diff.variableRemoved", name, one.label);
  return lines;
}

/** Equal as JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, one: unknown) =>
      typeof one === "object" && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([x], [y]) => (x < y ? -1 : 1)))
        : one,
    ) ?? ""
  );
}
