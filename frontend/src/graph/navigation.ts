/** Reading order of everything on the drawing that can hold the focus, and where each key leads from there. Pure. */
import { blockTree, type Sequence } from "./blocks";
import { type Graph, incoming } from "./document";

export interface Stop {
  id: string;
  kind: "node" | "branch" | "jump";
  /** The node itself; for branches the gateway, for jumps where they lead. */
  node: string;
  edge: string | null;
  depth: number;
  /** The branch label this stop lies under, null on the outermost level. */
  under: string | null;
  /** Branch labels that leave the same node, in order; empty for other stops. */
  siblings: readonly string[];
}

export type Direction = "next" | "previous" | "in" | "out" | "first" | "last";

const orders = new WeakMap<Graph, Stop[]>();

export function stopsOf(graph: Graph): readonly Stop[] {
  const known = orders.get(graph);
  if (known) return known;
  const tree = blockTree(graph);
  const stops: Stop[] = [];
  for (const sequence of [tree.main, ...tree.islands]) collect(sequence, 0, null, stops);
  orders.set(graph, stops);
  return stops;
}

function collect(sequence: Sequence, depth: number, under: string | null, stops: Stop[]): void {
  for (const item of sequence.items) {
    const base = { depth, under, siblings: [] };
    stops.push({ ...base, id: item.node, kind: "node", node: item.node, edge: null });
    for (const jump of item.jumps)
      stops.push({ ...base, id: jump.id, kind: "jump", node: jump.to, edge: jump.edge });
    const siblings = item.branches.map((branch) => `branch:${branch.edge}`);
    for (const branch of item.branches) {
      const id = `branch:${branch.edge}`;
      stops.push({
        id,
        kind: "branch",
        node: item.node,
        edge: branch.edge,
        depth: depth + 1,
        under,
        siblings,
      });
      collect(branch.body, depth + 2, id, stops);
    }
  }
  const { tail } = sequence;
  if (tail.kind === "jump") {
    stops.push({ id: tail.id, kind: "jump", node: tail.to, edge: tail.edge, depth, under, siblings: [] });
  }
}

export function stopOf(graph: Graph, id: string): Stop | undefined {
  return stopsOf(graph).find((stop) => stop.id === id);
}

/** The stop that a direction leads to; the same id where nothing lies that way. */
export function move(graph: Graph, id: string, direction: Direction): string {
  const stops = stopsOf(graph);
  const at = stops.findIndex((stop) => stop.id === id);
  const here = stops[at];
  if (!here) return stops[0]?.id ?? id;
  return WAYS[direction](stops, at, here) ?? (direction === "last" ? lastOf(graph) : undefined) ?? id;
}

const WAYS: Record<Direction, (stops: readonly Stop[], at: number, here: Stop) => string | undefined> = {
  first: (stops) => stops[0]?.id,
  last: () => undefined,
  next: (stops, at) => stops[at + 1]?.id,
  previous: (stops, at) => stops[at - 1]?.id,
  in: (stops, _at, here) => inward(stops, here),
  out: (_stops, _at, here) => outward(here),
};

function lastOf(graph: Graph): string | undefined {
  const end = graph.nodes.find((node) => node.type === "end" && incoming(graph, node.id).length > 0);
  return end?.id ?? stopsOf(graph).at(-1)?.id;
}

function inward(stops: readonly Stop[], here: Stop): string {
  if (here.kind === "branch") return here.siblings[here.siblings.indexOf(here.id) + 1] ?? here.id;
  const own = stops.find((stop) => stop.kind === "branch" && stop.node === here.node);
  if (own && here.kind === "node") return own.id;
  return neighbourBranch(stops, here, 1);
}

function outward(here: Stop): string {
  if (here.kind === "branch") return here.siblings[here.siblings.indexOf(here.id) - 1] ?? here.node;
  return here.under ?? here.id;
}

function neighbourBranch(stops: readonly Stop[], here: Stop, by: number): string {
  const label = stops.find((stop) => stop.id === here.under);
  if (!label) return here.id;
  return label.siblings[label.siblings.indexOf(label.id) + by] ?? here.id;
}

const KEYS: Record<string, Direction> = {
  ArrowDown: "next",
  ArrowUp: "previous",
  ArrowRight: "in",
  ArrowLeft: "out",
  Home: "first",
  End: "last",
};

export function directionOf(key: string): Direction | null {
  return KEYS[key] ?? null;
}
