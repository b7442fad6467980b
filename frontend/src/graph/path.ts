/** Where a run has been, drawn on its graph: which cards and lines were taken, skipped by force, or not at all. Pure. */
import type { PathStep } from "@/api/types";
import { type Graph, outgoing, reachable } from "./document";

export type NodeTrace = "done" | "current" | "failed" | "forced" | "future" | "untaken";
export type LineTrace = "done" | "current" | "forced" | "future" | "untaken";

export interface Trace {
  nodes: ReadonlyMap<string, NodeTrace>;
  edges: ReadonlyMap<string, LineTrace>;
  /** Jumps that no line of the drawing stands for. */
  arcs: readonly { from: string; to: string }[];
}

const MARKS: Record<PathStep["status"], NodeTrace> = {
  done: "done",
  current: "current",
  failed: "failed",
  forced_past: "forced",
};

/** `path` in the order of happening; later visits of a node win. */
export function tracePath(graph: Graph, path: readonly PathStep[]): Trace {
  const nodes = new Map<string, NodeTrace>();
  const edges = new Map<string, LineTrace>();
  const arcs: { from: string; to: string }[] = [];
  path.forEach((step, at) => {
    nodes.set(step.node, MARKS[step.status]);
    if (at === 0) return;
    const entered = enteredBy(graph, path, at);
    const previous = path[at - 1];
    if (entered) {
      const forced = entered.from.status === "forced_past";
      edges.set(entered.edge, forced ? "forced" : step.status === "current" ? "current" : "done");
    } else if (previous && previous.node !== step.node) arcs.push({ from: previous.node, to: step.node });
  });
  fillFuture(graph, path, nodes, edges);
  return { nodes, edges, arcs };
}

function enteredBy(
  graph: Graph,
  path: readonly PathStep[],
  at: number,
): { edge: string; from: PathStep } | null {
  const to = path[at]?.node;
  for (let before = at - 1; before >= 0; before -= 1) {
    const from = path[before];
    if (!from || from.status === "current" || from.status === "failed") continue;
    const edge = outgoing(graph, from.node).find((one) => one.to === to);
    if (edge) return { edge: edge.id, from };
  }
  return null;
}

function fillFuture(
  graph: Graph,
  path: readonly PathStep[],
  nodes: Map<string, NodeTrace>,
  edges: Map<string, LineTrace>,
): void {
  const ahead = new Set<string>();
  for (const step of path) {
    if (step.status !== "current" && step.status !== "failed") continue;
    for (const id of reachable(graph, step.node)) ahead.add(id);
  }
  for (const node of graph.nodes) {
    if (!nodes.has(node.id)) nodes.set(node.id, ahead.has(node.id) ? "future" : "untaken");
  }
  for (const edge of graph.edges) {
    if (!edges.has(edge.id))
      edges.set(edge.id, ahead.has(edge.from) && edge.kind !== "back" ? "future" : "untaken");
  }
}
