/** The graph document (format 1) as values, and questions one can ask it. No React, no layout, no network. */

import type { DrawnText, GraphDocument, GraphEdge, GraphNode, GraphVariable } from "@/api/documents";

export type Graph = GraphDocument;
export type Variable = GraphVariable;
export type Config = Record<string, unknown>;
export type { DrawnText, GraphEdge, GraphNode };

/** Everything about the drawing that does not change what runs: outside the graph's hash. */
export interface Layout {
  offsets?: Record<string, { dx: number; dy: number }>;
  folded?: string[];
}

export interface FlowDocument {
  graph: Graph;
  layout: Layout;
}

/** An exit for failures with one of these codes; `http.*` stands for all that begin so. */
export interface ErrorExit {
  codes: string[];
  port: string;
  name?: DrawnText;
  into?: string;
}

export interface Branch {
  port: string;
  name?: DrawnText;
  when?: string;
  /** Of a branch that waits: what opens it, a message about something or a time that passes. */
  on?: "message" | "time";
  message?: string;
  key?: string;
  into?: string;
  after?: string;
}

export const OTHERWISE = "otherwise";
export const ERROR = "error";

/** Exits that leave the happy path. They never decide where the main line of the drawing goes. */
const SIDE_PORTS: ReadonlySet<string> = new Set(["rejected", "timed_out", "failed", "error", "cancelled"]);

export function isSidePort(port: string): boolean {
  return SIDE_PORTS.has(port) || isErrorPort(port);
}

/** The exits of a step that failed, which its config declares; no type has others that are named so. */
export function isErrorPort(port: string): boolean {
  return port === ERROR || port.startsWith(`${ERROR}_`);
}

export interface GraphIndex {
  nodes: ReadonlyMap<string, GraphNode>;
  edges: ReadonlyMap<string, GraphEdge>;
  /** Edges leaving a node, in the order of its ports. */
  outgoing: ReadonlyMap<string, readonly GraphEdge[]>;
  incoming: ReadonlyMap<string, readonly GraphEdge[]>;
}

const NO_EDGES: readonly GraphEdge[] = [];
const indexes = new WeakMap<Graph, GraphIndex>();

/** Look-up tables of a graph; computed once per graph value. Edges to missing nodes are left out. */
export function indexOf(graph: Graph): GraphIndex {
  const known = indexes.get(graph);
  if (known) return known;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = new Map<string, GraphEdge>();
  const outgoing = new Map<string, GraphEdge[]>();
  const incoming = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    if (!nodes.has(edge.from) || !nodes.has(edge.to)) continue;
    edges.set(edge.id, edge);
    push(outgoing, edge.from, edge);
    push(incoming, edge.to, edge);
  }
  for (const [id, list] of outgoing) {
    const node = nodes.get(id);
    if (node && list.length > 1) list.sort((a, b) => portRank(node, a.port) - portRank(node, b.port));
  }
  const index = { nodes, edges, outgoing, incoming };
  indexes.set(graph, index);
  return index;
}

function push(map: Map<string, GraphEdge[]>, key: string, edge: GraphEdge): void {
  const list = map.get(key);
  if (list) list.push(edge);
  else map.set(key, [edge]);
}

function portRank(node: GraphNode, port: string): number {
  if (isSidePort(port)) return 2_000;
  if (port === OTHERWISE) return 1_000;
  const at = branchesOf(node).findIndex((branch) => branch.port === port);
  return at < 0 ? 0 : at;
}

export function outgoing(graph: Graph, id: string): readonly GraphEdge[] {
  return indexOf(graph).outgoing.get(id) ?? NO_EDGES;
}

export function incoming(graph: Graph, id: string): readonly GraphEdge[] {
  return indexOf(graph).incoming.get(id) ?? NO_EDGES;
}

export function nodeOf(graph: Graph, id: string): GraphNode | undefined {
  return indexOf(graph).nodes.get(id);
}

export function edgeOf(graph: Graph, id: string): GraphEdge | undefined {
  return indexOf(graph).edges.get(id);
}

/** What a step is called, or its id. */
export function nameOf(graph: Graph, id: string): DrawnText | string {
  return nodeOf(graph, id)?.name ?? id;
}

/** Where the first of these edges leads. */
export function targetOf(graph: Graph, edges: readonly string[]): string | undefined {
  const [first] = edges;
  return first === undefined ? undefined : edgeOf(graph, first)?.to;
}

/** A record without one of its keys. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== key));
}

export function successors(graph: Graph, id: string): string[] {
  return [...new Set(outgoing(graph, id).map((edge) => edge.to))];
}

export function predecessors(graph: Graph, id: string): string[] {
  return [...new Set(incoming(graph, id).map((edge) => edge.from))];
}

/** The branches a gateway declares in its config, in the order in which they are tried. */
export function branchesOf(node: GraphNode): Branch[] {
  const list = node.config["branches"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) =>
    isRecord(item) && typeof item["port"] === "string" ? [item as unknown as Branch] : [],
  );
}

/** The exits by which a step may be left when it failed, in the order in which they are tried. */
export function errorExitsOf(config: Config): ErrorExit[] {
  const list = config["on_error"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) =>
    isRecord(item) && typeof item["port"] === "string" ? [item as unknown as ErrorExit] : [],
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The records of a list; empty for anything else. */
export function records(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** Nodes that can be reached from `from` along forward edges, `from` included. */
export function reachable(graph: Graph, from: string, skip: ReadonlySet<string> = new Set()): Set<string> {
  const seen = new Set<string>([from]);
  const queue = [from];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const edge of outgoing(graph, id)) {
      if (edge.kind === "back" || skip.has(edge.id) || seen.has(edge.to)) continue;
      seen.add(edge.to);
      queue.push(edge.to);
    }
  }
  return seen;
}

export function startOf(graph: Graph): GraphNode | undefined {
  const heads = graph.nodes.filter((node) => incoming(graph, node.id).every((edge) => edge.kind === "back"));
  return graph.nodes.find((node) => node.type === "start") ?? heads[0] ?? graph.nodes[0];
}

let counter = 0;

/** A new id that no graph has used before: time, a counter and chance, in lower-case base 36. */
export function freshId(prefix: string): string {
  counter = (counter + 1) % 46_656;
  const chance = Math.floor(Math.random() * 1_679_616);
  return `${prefix}_${Date.now().toString(36)}${counter.toString(36).padStart(3, "0")}${chance.toString(36).padStart(4, "0")}`;
}

/** The text in the wanted language, or in the other one when it is missing. */
export function textOf(text: DrawnText | undefined, language: string): string {
  if (!text) return "";
  return language.startsWith("en") ? text.en || (text.zh ?? "") : text.zh || (text.en ?? "");
}
