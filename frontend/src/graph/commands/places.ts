/** Where something stands in the block tree, and which edges a command would have to move. */
import { type BlockTree, blockTree, eachSequence, type Item, type Sequence } from "../blocks";
import { edgeOf, type Graph, incoming, outgoing, isSidePort } from "../document";

export interface Place {
  sequence: Sequence;
  at: number;
  item: Item;
}

export function placeOf(graph: Graph, id: string): Place | null {
  let found: Place | null = null;
  eachSequence(blockTree(graph), (sequence) => {
    const at = sequence.items.findIndex((item) => item.node === id);
    const item = sequence.items[at];
    if (item) found = { sequence, at, item };
  });
  return found;
}

/** A condition and its branches move and vanish as one; a step with side exits is only itself. */
export function isBlock(item: Item): boolean {
  return item.align === "centre" && item.branches.length > 1;
}

/** The edges by which the flow goes on behind an item: its main exits, or all lines that come out of its branches. */
export function leavingEdges(graph: Graph, item: Item): string[] {
  if (!isBlock(item)) {
    const main = outgoing(graph, item.node).find((edge) => !isSidePort(edge.port) && edge.kind !== "back");
    return main ? [main.id] : [];
  }
  return item.branches.flatMap((branch) => leavingSequence(branch.body));
}

function leavingSequence(sequence: Sequence): string[] {
  const { tail, items } = sequence;
  if (tail.kind !== "join") return [];
  if (tail.edge !== null) return [tail.edge];
  const last = items.at(-1);
  return last ? last.branches.flatMap((branch) => leavingSequence(branch.body)) : [];
}

/** The edges that lead into a node from before it. */
export function enteringEdges(graph: Graph, id: string): string[] {
  const { retreating } = blockTree(graph).structure;
  return incoming(graph, id)
    .filter((edge) => !retreating.has(edge.id))
    .map((edge) => edge.id);
}

/** A node and everything inside its branches, when it is a block; else the node alone. */
export function unitOf(graph: Graph, id: string): Set<string> {
  const place = placeOf(graph, id);
  const unit = new Set([id]);
  if (!place || !isBlock(place.item)) return unit;
  const visit = (sequence: Sequence): void => {
    for (const item of sequence.items) {
      unit.add(item.node);
      for (const branch of item.branches) visit(branch.body);
    }
  };
  for (const branch of place.item.branches) visit(branch.body);
  return unit;
}

/** What follows a step on its own line: the steps up to the end of the line, and where the line leads then. */
export function restOf(graph: Graph, id: string): { steps: string[]; then: string | null } {
  const place = placeOf(graph, id);
  if (!place) return { steps: [], then: null };
  const { items, tail } = place.sequence;
  const rest = items.slice(place.at);
  const last = rest.at(-1);
  const ends = last !== undefined && outgoing(graph, last.node).length === 0;
  const moved = ends ? rest.slice(0, -1) : rest;
  const steps = moved.flatMap((item) => [...new Set([item.node, ...inside(item)])]);
  if (ends) return { steps, then: last.node };
  if (tail.kind === "jump") return { steps, then: tail.to };
  const [edge] = last ? leavingEdges(graph, last) : [];
  return { steps, then: edge === undefined ? null : (edgeOf(graph, edge)?.to ?? null) };
}

function inside(item: Item): string[] {
  return item.branches.flatMap((branch) => branch.body.items.flatMap((one) => [one.node, ...inside(one)]));
}

/** True when an edge that does not say so closes a cycle. */
export function hasPlainCycle(graph: Graph): boolean {
  const tree: BlockTree = blockTree(graph);
  for (const id of tree.structure.retreating) if (edgeOf(graph, id)?.kind !== "back") return true;
  return false;
}
