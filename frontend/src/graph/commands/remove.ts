/** Taking steps and branches out of a flow so that the line heals. */
import {
  branchesOf,
  type FlowDocument,
  type GraphNode,
  incoming,
  nameOf,
  nodeOf,
  outgoing,
  reachable,
  startOf,
  targetOf,
} from "../document";
import { Edit, type Outcome, refuse } from "./edit";
import { isEnd, isFork, isJoin, isStart, type NodeTypes } from "./nodeKit";
import { isBlock, leavingEdges, placeOf } from "./places";

/** Removes a step; lines that led to it lead to what followed. What only it led to goes with it. */
export function removeNode(document: FlowDocument, id: string, types: NodeTypes): Outcome {
  const { graph } = document;
  const node = nodeOf(graph, id);
  const place = placeOf(graph, id);
  if (!node || !place) return refuse("noPlace");
  if (isStart(node, types)) return refuse("removeStart");
  if (isEnd(node, types) && incoming(graph, id).length > 0) return refuse("removeEnd");
  const fallback = isBlock(place.item) ? endOf(document, types) : null;
  const next = targetOf(graph, leavingEdges(graph, place.item)) ?? fallback;
  const edit = new Edit(document);
  heal(edit, id, next);
  const count = prune(edit, document, types);
  if (isFork(types.get(node.type))) spliceJoin(edit, next, types);
  const said = { key: count > 0 ? "removeMany" : "remove", params: { step: nameOf(graph, id), count } };
  return edit.done("remove", said, focusAfter(document, edit, id, next));
}

function heal(edit: Edit, id: string, next: string | null): void {
  for (const edge of incoming(edit.graph, id)) {
    if (edge.from === id || next === null || edge.from === next) edit.dropEdge(edge.id);
    else edit.retarget(edge.id, next);
  }
  edit.dropNode(id);
}

function endOf(document: FlowDocument, types: NodeTypes): string | null {
  return document.graph.nodes.find((node) => isEnd(node, types))?.id ?? null;
}

/** Drops what could be reached before and cannot be any more, but never the last end. Answers how many steps went. */
function prune(edit: Edit, before: FlowDocument, types: NodeTypes): number {
  const start = startOf(before.graph);
  if (!start) return 0;
  const reached = reachable(before.graph, start.id);
  const still = reachable(edit.graph, start.id);
  const lost = edit.graph.nodes.filter((node) => reached.has(node.id) && !still.has(node.id));
  const keeps = edit.graph.nodes.some((node) => isEnd(node, types) && still.has(node.id));
  let gone = 0;
  for (const node of lost) {
    if (isEnd(node, types) && !keeps) continue;
    edit.dropNode(node.id);
    gone += 1;
  }
  return gone;
}

/** A join that is left with one way in has nothing to wait for. */
function spliceJoin(edit: Edit, id: string | null, types: NodeTypes): void {
  const node = id === null ? undefined : nodeOf(edit.graph, id);
  if (!node || !isJoin(node, types) || incoming(edit.graph, node.id).length > 1) return;
  heal(edit, node.id, outgoing(edit.graph, node.id)[0]?.to ?? null);
}

function focusAfter(document: FlowDocument, edit: Edit, id: string, next: string | null): string | null {
  const before = incoming(document.graph, id)[0]?.from;
  const wanted = [next, before ?? null, edit.graph.nodes[0]?.id ?? null];
  return wanted.find((one) => one !== null && nodeOf(edit.graph, one)) ?? null;
}

/** Removes one branch of a gateway with everything that only it leads to. */
export function removeBranch(document: FlowDocument, id: string, port: string, types: NodeTypes): Outcome {
  const node = nodeOf(document.graph, id);
  const branches = node ? branchesOf(node) : [];
  const gone = branches.find((branch) => branch.port === port);
  if (!node || !gone) return refuse("removeOtherwise");
  if (branches.length <= fewest(node, types)) return refuse("lastBranch");
  const edit = new Edit(document);
  edit.setNode(id, { config: { ...node.config, branches: branches.filter((branch) => branch !== gone) } });
  for (const edge of outgoing(document.graph, id)) if (edge.port === port) edit.dropEdge(edge.id);
  const count = prune(edit, document, types);
  const params = { branch: gone.name ?? gone.port, step: node.name ?? node.id, count };
  return edit.done("removeBranch", { key: count > 0 ? "removeBranchMany" : "removeBranch", params }, id);
}

function fewest(node: GraphNode, types: NodeTypes): number {
  return isFork(types.get(node.type)) ? 2 : 1;
}
