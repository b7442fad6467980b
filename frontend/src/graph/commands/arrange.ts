/** Moving what is already there: blocks, branches, copies. */
import {
  branchesOf,
  edgeOf,
  type FlowDocument,
  freshId,
  type Graph,
  type GraphEdge,
  type GraphNode,
  type Layout,
  nameOf,
  nodeOf,
  outgoing,
  targetOf,
  without,
} from "../document";
import { Edit, type Outcome, refuse } from "./edit";
import { isEnd, isStart, newBranch, type NodeTypes } from "./nodeKit";
import { enteringEdges, isBlock, leavingEdges, placeOf, unitOf } from "./places";

/** Moves a step, or a condition with its branches, to where the given edges pass. */
export function moveBlock(
  document: FlowDocument,
  id: string,
  edges: readonly string[],
  types: NodeTypes,
): Outcome {
  const { graph } = document;
  const node = nodeOf(graph, id);
  const place = placeOf(graph, id);
  const target = targetOf(graph, edges);
  if (!node || !place || target === undefined) return refuse("noPlace");
  if (isStart(node, types) || isEnd(node, types)) return refuse("moveEnds");
  const leaving = leavingEdges(graph, place.item);
  const next = targetOf(graph, leaving);
  if (next === undefined) return refuse("noPlace");
  if (isWithin(graph, id, edges, leaving)) return refuse("sameplace");
  const edit = new Edit(document);
  for (const edge of enteringEdges(graph, id)) edit.retarget(edge, next);
  for (const edge of edges) edit.retarget(edge, id);
  for (const edge of leaving) edit.retarget(edge, target);
  return edit.done(
    "move",
    { key: "move", params: { step: nameOf(graph, id), before: nameOf(graph, target) } },
    id,
  );
}

/** The lines touch the piece itself: it would not go anywhere. */
function isWithin(graph: Graph, id: string, edges: readonly string[], leaving: readonly string[]): boolean {
  const unit = unitOf(graph, id);
  return edges.some((edge) => {
    const line = edgeOf(graph, edge);
    return !line || leaving.includes(edge) || unit.has(line.from) || unit.has(line.to);
  });
}

/** One place up or down on its own line. */
export function moveStep(document: FlowDocument, id: string, by: -1 | 1, types: NodeTypes): Outcome {
  const place = placeOf(document.graph, id);
  const other = place?.sequence.items[place.at + by];
  const neighbour = other ? nodeOf(document.graph, other.node) : undefined;
  if (!other || !neighbour || isStart(neighbour, types) || isEnd(neighbour, types)) return refuse("lineEnds");
  const edges = by < 0 ? enteringEdges(document.graph, other.node) : leavingEdges(document.graph, other);
  return moveBlock(document, id, edges, types);
}

/** A further branch, tried after the others and leading to where they meet. */
export function addBranch(document: FlowDocument, id: string, types: NodeTypes): Outcome {
  const { graph } = document;
  const node = nodeOf(graph, id);
  const rule = node ? types.get(node.type)?.ports : undefined;
  const branches = node ? branchesOf(node) : [];
  if (!node || rule?.kind !== "branches" || branches.length === 0) return refuse("noBranches");
  const exits = outgoing(graph, id);
  const to = wayOn(graph, id);
  if (to === undefined) return refuse("noPlace");
  const branch = newBranch(branches.length + 1, rule.otherwise);
  const edge: GraphEdge = { id: freshId("e"), from: id, port: branch.port, to };
  const edit = new Edit(document);
  edit.setNode(id, { config: { ...node.config, [rule.field]: [...branches, branch] } });
  edit.addEdge(edge, exits.at(-1)?.id);
  return edit.done(
    "addBranch",
    { key: "addBranch", params: { step: nameOf(graph, id) } },
    `branch:${edge.id}`,
  );
}

/**
 * Where a further branch leads: to where the others meet, or along the last of them. A line that leads back is no way
 * on for a branch that has no rounds of its own.
 */
function wayOn(graph: Graph, id: string): string | undefined {
  const place = placeOf(graph, id);
  const block = place && isBlock(place.item) ? leavingEdges(graph, place.item) : [];
  const onward = block.filter((one) => edgeOf(graph, one)?.kind !== "back");
  return targetOf(graph, onward) ?? outgoing(graph, id).findLast((one) => one.kind !== "back")?.to;
}

/** Changes the order in which branches are tried. */
export function reorderBranch(document: FlowDocument, id: string, port: string, by: -1 | 1): Outcome {
  const node = nodeOf(document.graph, id);
  const branches = node ? branchesOf(node) : [];
  const at = branches.findIndex((branch) => branch.port === port);
  const moved = branches[at];
  if (!node || !moved) return refuse("otherwiseLast");
  if (!branches[at + by]) return refuse("lineEnds");
  const edit = new Edit(document);
  edit.setNode(id, {
    config: { ...node.config, branches: branches.toSpliced(at, 1).toSpliced(at + by, 0, moved) },
  });
  const params = { branch: moved.name ?? port, rank: at + by + 1 };
  return edit.done("reorderBranch", { key: "reorderBranch", params }, null);
}

/** A piece of a flow by itself: one way in, the lines inside, the exits that went straight on. */
export interface Fragment {
  entry: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
  exits: { from: string; port: string }[];
  /** Side exits with the step they led to; kept when that step exists where the piece is put. */
  sides: { from: string; port: string; to: string }[];
}

export function copyOf(graph: Graph, id: string, types: NodeTypes): Fragment | null {
  const place = placeOf(graph, id);
  const node = nodeOf(graph, id);
  if (!place || !node || isStart(node, types) || isEnd(node, types)) return null;
  const unit = unitOf(graph, id);
  const leaving = new Set(leavingEdges(graph, place.item));
  const fragment: Fragment = { entry: id, nodes: [], edges: [], exits: [], sides: [] };
  for (const one of graph.nodes) if (unit.has(one.id)) fragment.nodes.push(structuredClone(one));
  for (const edge of graph.edges) {
    if (!unit.has(edge.from)) continue;
    if (leaving.has(edge.id)) fragment.exits.push({ from: edge.from, port: edge.port });
    else if (unit.has(edge.to)) fragment.edges.push({ ...edge });
    else if (edge.kind !== "back") fragment.sides.push({ from: edge.from, port: edge.port, to: edge.to });
  }
  return fragment;
}

/** Puts a copy, with new ids, behind a step. */
export function pasteAfter(
  document: FlowDocument,
  after: string,
  fragment: Fragment,
  types: NodeTypes,
): Outcome {
  const { graph } = document;
  const place = placeOf(graph, after);
  const anchor = nodeOf(graph, after);
  if (!place || !anchor) return refuse("noPlace");
  if (isEnd(anchor, types)) return refuse("afterEnd");
  const leaving = leavingEdges(graph, place.item);
  const target = targetOf(graph, leaving);
  if (target === undefined) return refuse("noPlace");
  const copy = renewed(fragment);
  const edit = new Edit(document);
  let last = after;
  for (const node of copy.nodes) {
    edit.addNode(node, last);
    last = node.id;
  }
  for (const edge of leaving) edit.retarget(edge, copy.entry);
  for (const edge of copy.edges) edit.addEdge(edge);
  for (const exit of copy.exits) edit.addEdge({ id: freshId("e"), ...exit, to: target });
  addSides(edit, copy, types);
  const step = nameOf(edit.graph, copy.entry);
  return edit.done("paste", { key: "paste", params: { step, after: nameOf(graph, after) } }, copy.entry);
}

function addSides(edit: Edit, copy: Fragment, types: NodeTypes): void {
  const end = edit.graph.nodes.find((node) => isEnd(node, types))?.id;
  for (const side of copy.sides) {
    const to = nodeOf(edit.graph, side.to) ? side.to : end;
    if (to !== undefined) edit.addEdge({ id: freshId("e"), from: side.from, port: side.port, to });
  }
}

/** The same piece with ids that no graph has used. */
function renewed(fragment: Fragment): Fragment {
  const ids = new Map(fragment.nodes.map((node) => [node.id, freshId("n")]));
  const own = (id: string): string => ids.get(id) ?? id;
  return {
    entry: own(fragment.entry),
    nodes: fragment.nodes.map((node) => ({ ...structuredClone(node), id: own(node.id) })),
    edges: fragment.edges.map((edge) => ({
      ...edge,
      id: freshId("e"),
      from: own(edge.from),
      to: own(edge.to),
    })),
    exits: fragment.exits.map((exit) => ({ ...exit, from: own(exit.from) })),
    sides: fragment.sides.map((side) => ({ ...side, from: own(side.from) })),
  };
}

/** Where a card stands in the free view, relative to its automatic place. */
export function setOffset(
  document: FlowDocument,
  id: string,
  offset: { dx: number; dy: number } | null,
): Outcome {
  const node = nodeOf(document.graph, id);
  if (!node) return refuse("noPlace");
  const before = document.layout.offsets ?? {};
  const offsets = offset ? { ...before, [id]: offset } : without(before, id);
  const layout: Layout = { ...document.layout, offsets };
  const edit = new Edit(document);
  edit.setLayout(layout);
  return edit.done("setOffset", { key: "setOffset", params: { step: node.name ?? id } }, id);
}

/** Drops all offsets: the automatic arrangement again. */
export function arrangeAll(document: FlowDocument): Outcome {
  if (Object.keys(document.layout.offsets ?? {}).length === 0) return refuse("alreadyArranged");
  const edit = new Edit(document);
  edit.setLayout({ ...document.layout, offsets: {} });
  return edit.done("arrangeAll", { key: "arrangeAll", params: {} }, null);
}
