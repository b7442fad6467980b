/** Putting a step into a flow. */
import type { NodeTypeInfo } from "@/api/types";
import {
  branchesOf,
  edgeOf,
  freshId,
  type FlowDocument,
  type GraphEdge,
  type GraphNode,
  nameOf,
  nodeOf,
  OTHERWISE,
  outgoing,
  targetOf,
} from "../document";
import { Edit, isRefusal, type Outcome, refuse } from "./edit";
import {
  isEnd,
  isFork,
  mainPort,
  newJoin,
  newNode,
  type NodeTypes,
  portsOf,
  sidePorts,
  sideTarget,
} from "./nodeKit";
import { enteringEdges, isBlock, leavingEdges, placeOf, restOf } from "./places";

export interface InsertOptions {
  types: NodeTypes;
  /** Where the steps that follow go when a condition is put in: behind its branches, or into the first one. */
  following?: "after" | "inside";
}

/** Why a step of this type may not stand on these lines, or null. */
export function refusesInsert(info: NodeTypeInfo): Outcome | null {
  if (info.is_start) return refuse("secondStart");
  if (info.is_end) return refuse("endInside");
  return null;
}

/** Puts a new step where all the given edges, which lead to one node, pass. */
export function insertOnEdges(
  document: FlowDocument,
  edges: readonly string[],
  info: NodeTypeInfo,
  options: InsertOptions,
): Outcome {
  const refused = refusesInsert(info);
  if (refused) return refused;
  const first = edges[0] === undefined ? undefined : edgeOf(document.graph, edges[0]);
  if (!first) return refuse("noPlace");
  const node = newNode(info);
  const edit = new Edit(document);
  const target = first.to;
  const rest = options.following === "inside" ? restOf(document.graph, target) : null;
  edit.addNode(node, first.from);
  for (const id of edges)
    edit.setEdge(id, ({ id: own, from, port }) => ({ id: own, from, port, to: node.id }));
  connectOnward(edit, node, info, target, first, options.types);
  if (rest?.then != null && rest.steps.length > 0 && !isFork(info)) bypass(edit, node, rest.then);
  const params = {
    step: nameOf(edit.graph, node.id),
    after: nameOf(edit.graph, first.from),
    before: nameOf(edit.graph, target),
  };
  return edit.done("insert", { key: "insert", params }, node.id);
}

function connectOnward(
  edit: Edit,
  node: GraphNode,
  info: NodeTypeInfo,
  target: string,
  replaced: GraphEdge,
  types: NodeTypes,
): void {
  const back =
    replaced.kind === "back" ? { kind: "back" as const, max_rounds: replaced.max_rounds ?? 3 } : {};
  let last = replaced.id;
  const line = (from: string, port: string, to: string, extra: object = {}): void => {
    const edge: GraphEdge = { id: freshId("e"), from, port, to, ...extra };
    edit.addEdge(edge, last);
    last = edge.id;
  };
  if (isFork(info)) {
    const join = newJoin(info);
    edit.addNode(join, node.id);
    for (const port of portsOf(node, types)) line(node.id, port, join.id);
    line(join.id, "out", target, back);
    return;
  }
  if (info.ports.kind === "branches") {
    for (const branch of branchesOf(node)) line(node.id, branch.port, target, back);
    if (info.ports.otherwise) line(node.id, OTHERWISE, target, back);
    return;
  }
  const main = mainPort(node, types);
  if (main !== null) line(node.id, main, target, back);
  for (const port of sidePorts(node, types)) {
    const to = sideTarget(edit.graph, node.id, types);
    if (to !== null) line(node.id, port, to);
  }
}

/** Leads every way out of a condition but the first past the steps that follow. */
function bypass(edit: Edit, node: GraphNode, to: string): void {
  for (const edge of outgoing(edit.graph, node.id).slice(1)) edit.retarget(edge.id, to);
}

export function insertAfter(
  document: FlowDocument,
  id: string,
  info: NodeTypeInfo,
  options: InsertOptions,
): Outcome {
  const refused = refusesInsert(info);
  if (refused) return refused;
  const place = placeOf(document.graph, id);
  const node = nodeOf(document.graph, id);
  if (!place || !node) return refuse("noPlace");
  if (isEnd(node, options.types)) return refuse("afterEnd");
  const leaving = leavingEdges(document.graph, place.item);
  return leaving.length > 0
    ? insertOnEdges(document, leaving, info, options)
    : append(document, node, info, options.types);
}

/** Hangs a new step on the open main exit of a node, and its own exits on an end if there is one. */
function append(document: FlowDocument, node: GraphNode, info: NodeTypeInfo, types: NodeTypes): Outcome {
  const port = mainPort(node, types);
  if (port === null) return refuse("noPlace");
  const added = newNode(info);
  const edit = new Edit(document);
  edit.addNode(added, node.id);
  const edge: GraphEdge = { id: freshId("e"), from: node.id, port, to: added.id };
  edit.addEdge(edge);
  const end = document.graph.nodes.find((one) => isEnd(one, types));
  if (end) connectOnward(edit, added, info, end.id, edge, types);
  return edit.done(
    "append",
    { key: "append", params: { step: added.name ?? added.id, after: node.name ?? node.id } },
    added.id,
  );
}

export function insertBefore(
  document: FlowDocument,
  id: string,
  info: NodeTypeInfo,
  options: InsertOptions,
): Outcome {
  const entering = enteringEdges(document.graph, id);
  return entering.length > 0
    ? insertOnEdges(document, entering, info, options)
    : (refusesInsert(info) ?? refuse("beforeStart"));
}

/** Puts a condition around a step: its first branch takes the step, otherwise the step is passed by. */
export function wrapInCondition(
  document: FlowDocument,
  id: string,
  info: NodeTypeInfo,
  options: InsertOptions,
): Outcome {
  const place = placeOf(document.graph, id);
  const next = place ? targetOf(document.graph, leavingEdges(document.graph, place.item)) : undefined;
  if (next === undefined || isFork(info)) return refuse("noPlace");
  const outcome = insertBefore(document, id, info, options);
  if (isRefusal(outcome)) return outcome;
  const edit = new Edit(document);
  edit.replay(outcome.operations);
  const condition = nodeOf(edit.graph, outcome.focus ?? "");
  if (condition) bypass(edit, condition, next);
  return edit.done("wrap", { key: "wrap", params: { step: nameOf(document.graph, id) } }, outcome.focus);
}

/** How many steps would have to be placed when a condition is put on these lines. */
export function followingSteps(document: FlowDocument, edges: readonly string[]): number {
  const first = edges[0] === undefined ? undefined : edgeOf(document.graph, edges[0]);
  if (!first) return 0;
  const place = placeOf(document.graph, first.to);
  return place && !isBlockEnd(document, first) ? restOf(document.graph, first.to).steps.length : 0;
}

/** The line leaves its branch here: what follows belongs to the flow around it. */
function isBlockEnd(document: FlowDocument, edge: GraphEdge): boolean {
  const from = placeOf(document.graph, edge.from);
  const to = placeOf(document.graph, edge.to);
  if (!from || !to || from.sequence === to.sequence) return false;
  return !from.item.branches.some((branch) => branch.body === to.sequence) && !isBlock(to.item);
}
