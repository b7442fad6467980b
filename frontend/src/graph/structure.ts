/** Order, cycles and post-dominators of a graph: what the block tree is built from. Linear in nodes and edges. */
import { type Graph, type GraphEdge, incoming, isSidePort, outgoing, startOf } from "./document";

export interface Structure {
  /** All nodes; every forward edge goes from an earlier to a later one. */
  order: readonly string[];
  position: ReadonlyMap<string, number>;
  roots: readonly string[];
  /** Edges that close a cycle, whether they say so (`kind: back`) or not. */
  retreating: ReadonlySet<string>;
}

/** Depth-first order from the start, then from every part that the start cannot reach. */
export function structureOf(graph: Graph): Structure {
  const state = new Map<string, "open" | "done">();
  const postorder: string[] = [];
  const retreating = new Set<string>();
  const roots: string[] = [];
  for (const root of rootsFirst(graph)) {
    if (state.has(root)) continue;
    roots.push(root);
    walk(graph, root, state, postorder, retreating);
  }
  // Reversed over all walks at once: a later walk may lead into an earlier one, so it must come first.
  const order = postorder.reverse();
  return { order, position: new Map(order.map((id, at) => [id, at])), roots, retreating };
}

function rootsFirst(graph: Graph): string[] {
  const start = startOf(graph);
  const heads = graph.nodes.filter((node) => incoming(graph, node.id).length === 0).map((node) => node.id);
  return [...(start ? [start.id] : []), ...heads, ...graph.nodes.map((node) => node.id)];
}

function walk(
  graph: Graph,
  root: string,
  state: Map<string, "open" | "done">,
  postorder: string[],
  retreating: Set<string>,
): void {
  const stack: { id: string; edges: readonly GraphEdge[]; next: number }[] = [];
  const enter = (id: string): void => {
    state.set(id, "open");
    // Last port first: reversed postorder then reads the first branch first.
    stack.push({ id, edges: outgoing(graph, id), next: outgoing(graph, id).length - 1 });
  };
  enter(root);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const edge = top.edges[top.next];
    top.next -= 1;
    if (!edge) {
      state.set(top.id, "done");
      postorder.push(top.id);
      stack.pop();
    } else if (edge.kind === "back" || state.get(edge.to) === "open") retreating.add(edge.id);
    else if (!state.has(edge.to)) enter(edge.to);
  }
}

export const EXIT = "";

/**
 * Immediate post-dominators over forward main edges (side ports and cycles left out).
 * `EXIT` stands for the end of the run; a node without main exits is followed by it.
 */
export function postDominators(graph: Graph, structure: Structure): Map<string, string> {
  const parent = new Map<string, string>();
  const depth = new Map<string, number>([[EXIT, 0]]);
  const depthOf = (id: string): number => depth.get(id) ?? 0;
  const up = (id: string): string => parent.get(id) ?? EXIT;
  const meet = (left: string, right: string): string => {
    let a = left;
    let b = right;
    while (a !== b) {
      if (depthOf(a) >= depthOf(b)) a = up(a);
      else b = up(b);
    }
    return a;
  };
  for (let at = structure.order.length - 1; at >= 0; at -= 1) {
    const id = structure.order[at] as string;
    let found: string | undefined;
    for (const edge of mainEdges(graph, id, structure))
      found = found === undefined ? edge.to : meet(found, edge.to);
    parent.set(id, found ?? EXIT);
    depth.set(id, depthOf(found ?? EXIT) + 1);
  }
  return parent;
}

export function mainEdges(graph: Graph, id: string, structure: Structure): GraphEdge[] {
  return outgoing(graph, id).filter((edge) => !isSidePort(edge.port) && !structure.retreating.has(edge.id));
}
