/** Where a run has been, drawn on its graph: which cards and lines were taken, skipped by force, or not at all. Pure. */
import type { Jump, PathStep } from "@/api/types";
import { type Graph, incoming, reachable } from "./document";

export type NodeTrace = "done" | "current" | "failed" | "forced" | "future" | "untaken";
export type LineTrace = "done" | "current" | "forced" | "future" | "untaken";

/** What a run says of its way: the steps it was at, the edges its tokens went along, and where it was forced on. */
export interface Course {
  path: readonly PathStep[];
  edges: readonly string[];
  jumps: readonly Pick<Jump, "kind" | "source" | "target" | "at">[];
}

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
  returned: "future",
};

export function tracePath(graph: Graph, run: Course): Trace {
  const nodes = new Map(run.path.map((step) => [step.node, MARKS[step.status]]));
  const edges = new Map(run.edges.map((edge): [string, LineTrace] => [edge, "done"]));
  for (const step of run.path) {
    const entered = step.status === "current" ? enteredBy(graph, run, step) : undefined;
    if (entered !== undefined) edges.set(entered, "current");
  }
  const arcs: { from: string; to: string }[] = [];
  for (const jump of run.jumps) {
    if (jump.kind === "returned") {
      arcs.push(...arcsOf(jump));
      continue;
    }
    const skipped = jumpedOver(graph, jump.source, jump.target);
    for (const id of skipped) if (!nodes.has(id)) nodes.set(id, "forced");
    const left = new Set([...jump.source, ...skipped]);
    const reached = new Set([...skipped, jump.target]);
    const passed = graph.edges.filter(
      (edge) => left.has(edge.from) && reached.has(edge.to) && edge.kind !== "back" && !edges.has(edge.id),
    );
    for (const edge of passed) edges.set(edge.id, "forced");
    if (passed.length === 0) arcs.push(...arcsOf(jump));
  }
  fillFuture(graph, run.path, nodes, edges);
  return { nodes, edges, arcs };
}

function arcsOf(jump: Course["jumps"][number]): Trace["arcs"] {
  return jump.source.filter((from) => from !== jump.target).map((from) => ({ from, to: jump.target }));
}

/** The line that led to a step, unless it was a jump that did. */
function enteredBy(graph: Graph, run: Course, step: PathStep): string | undefined {
  const landed = run.jumps.some(
    (jump) => jump.target === step.node && Date.parse(jump.at) === Date.parse(step.at),
  );
  if (landed) return undefined;
  const into = new Set(incoming(graph, step.node).map((edge) => edge.id));
  return run.edges.findLast((edge) => into.has(edge));
}

/** The nodes that lie on a way from where a jump left to where it landed, in drawing order. */
export function jumpedOver(graph: Graph, left: readonly string[], target: string): string[] {
  const ends = new Set([...left, target]);
  const ahead = new Set(left.flatMap((from) => [...reachable(graph, from)]));
  return graph.nodes
    .map((node) => node.id)
    .filter((id) => !ends.has(id) && ahead.has(id) && reachable(graph, id).has(target));
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
