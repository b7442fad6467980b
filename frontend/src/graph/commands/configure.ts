/** Changing what a step says or does, and the lines that are drawn by hand. */
import type { NodeTypeInfo } from "@/api/types";
import {
  type Branch,
  branchesOf,
  type Config,
  edgeOf,
  errorExitsOf,
  isErrorPort,
  type FlowDocument,
  freshId,
  type Graph,
  type GraphEdge,
  type DrawnText,
  nameOf,
  nodeOf,
  outgoing,
  reachable,
  type Variable,
  without,
} from "../document";
import { Edit, type Outcome, refuse } from "./edit";
import { isStart, newNode, type NodeTypes } from "./nodeKit";

const DEFAULT_ROUNDS = 3;

/** Sets one field of a config; `undefined` takes it out. Typing in a field is one step of undo. */
export function setField(document: FlowDocument, id: string, field: string, value: unknown): Outcome {
  const node = nodeOf(document.graph, id);
  if (!node) return refuse("noPlace");
  const config: Config =
    value === undefined ? without(node.config, field) : { ...node.config, [field]: value };
  const edit = new Edit(document);
  edit.setNode(id, { config });
  if (field === "on_error") dropClosedExits(edit, document.graph, id, config);
  return edit.done(
    "setConfig",
    { key: "setConfig", params: { step: node.name ?? id } },
    null,
    `config ${id} ${field}`,
  );
}

/** An exit for failures that is taken out takes its line with it. */
function dropClosedExits(edit: Edit, graph: Graph, id: string, config: Config): void {
  const open = new Set(errorExitsOf(config).map((one) => one.port));
  for (const edge of outgoing(graph, id))
    if (isErrorPort(edge.port) && !open.has(edge.port)) edit.dropEdge(edge.id);
}

export function rename(document: FlowDocument, id: string, name: DrawnText): Outcome {
  const node = nodeOf(document.graph, id);
  if (!node) return refuse("noPlace");
  const edit = new Edit(document);
  edit.setNode(id, { name });
  return edit.done("rename", { key: "rename", params: { step: node.name ?? id, name } }, null, `name ${id}`);
}

/** Changes the name or the condition of one branch; its port stays, so its line stays. */
export function setBranch(
  document: FlowDocument,
  id: string,
  port: string,
  change: Partial<Omit<Branch, "port">>,
): Outcome {
  const node = nodeOf(document.graph, id);
  const branches = node ? branchesOf(node) : [];
  const branch = branches.find((one) => one.port === port);
  if (!node || !branch) return refuse("noPlace");
  const next = branches.map((one) => (one === branch ? { ...one, ...change } : one));
  const edit = new Edit(document);
  edit.setNode(id, { config: { ...node.config, branches: next } });
  const params = { branch: branch.name ?? port };
  return edit.done(
    "setBranch",
    { key: "setBranch", params },
    null,
    `branch ${id} ${port} ${Object.keys(change).join()}`,
  );
}

/** Leads a port to a step. A line that closes a cycle becomes a line back with a limit of rounds. */
export function connect(
  document: FlowDocument,
  from: string,
  port: string,
  to: string,
  types: NodeTypes,
): Outcome {
  const { graph } = document;
  const target = nodeOf(graph, to);
  if (!target || !nodeOf(graph, from)) return refuse("noPlace");
  if (isStart(target, types)) return refuse("intoStart");
  if (from === to) return refuse("intoItself");
  const old = outgoing(graph, from).find((edge) => edge.port === port);
  if (old?.to === to) return refuse("sameplace");
  const edge = drawn(graph, old, { id: old?.id ?? freshId("e"), from, port, to });
  const edit = new Edit(document);
  if (old) edit.setEdge(old.id, () => edge);
  else edit.addEdge(edge);
  const params = { step: nameOf(graph, from), to: nameOf(graph, to) };
  return edit.done("connect", { key: edge.kind === "back" ? "connectBack" : "connect", params }, null);
}

/** Leads a port to a new end of this type: the only way to draw a further one. */
export function connectToEnd(
  document: FlowDocument,
  from: string,
  port: string,
  info: NodeTypeInfo,
): Outcome {
  const { graph } = document;
  if (!info.is_end || !nodeOf(graph, from)) return refuse("noPlace");
  const end = newNode(info);
  const old = outgoing(graph, from).find((edge) => edge.port === port);
  const edit = new Edit(document);
  edit.addNode(end, from);
  if (old) edit.setEdge(old.id, () => ({ id: old.id, from, port, to: end.id }));
  else edit.addEdge({ id: freshId("e"), from, port, to: end.id });
  const params = { step: nameOf(graph, from), to: nameOf(edit.graph, end.id) };
  return edit.done("connect", { key: "connectToEnd", params }, null);
}

function drawn(graph: Graph, old: GraphEdge | undefined, edge: GraphEdge): GraphEdge {
  const closes = reachable(graph, edge.to, new Set(old ? [old.id] : [])).has(edge.from);
  return closes ? { ...edge, kind: "back", max_rounds: old?.max_rounds ?? DEFAULT_ROUNDS } : edge;
}

export function disconnect(document: FlowDocument, id: string): Outcome {
  const edge = edgeOf(document.graph, id);
  if (!edge) return refuse("noPlace");
  const edit = new Edit(document);
  edit.dropEdge(id);
  const name = (node: string) => nodeOf(document.graph, node)?.name ?? node;
  return edit.done(
    "disconnect",
    { key: "disconnect", params: { step: name(edge.from), to: name(edge.to) } },
    edge.from,
  );
}

export function setRounds(document: FlowDocument, id: string, rounds: number): Outcome {
  const edge = edgeOf(document.graph, id);
  if (edge?.kind !== "back" || rounds < 1 || rounds > 1000) return refuse("noPlace");
  const edit = new Edit(document);
  edit.setEdge(id, (before) => ({ ...before, max_rounds: rounds }));
  return edit.done("setRounds", { key: "setRounds", params: { rounds } }, null, `rounds ${id}`);
}

export function setVariables(document: FlowDocument, variables: Variable[]): Outcome {
  const edit = new Edit(document);
  edit.setVariables(variables);
  return edit.done(
    "setVariables",
    { key: "setVariables", params: { count: variables.length } },
    null,
    "variables",
  );
}
