/** New nodes from what the server tells about their types. */
import type { NodeTypeInfo } from "@/api/types";
import {
  type Branch,
  branchesOf,
  errorExitsOf,
  type Config,
  freshId,
  isRecord,
  type Graph,
  type GraphNode,
  isSidePort,
  OTHERWISE,
  reachable,
} from "../document";

export type NodeTypes = ReadonlyMap<string, NodeTypeInfo>;

export function newNode(info: NodeTypeInfo): GraphNode {
  const config = structuredClone(info.default_config);
  if (info.ports.kind === "branches") config[info.ports.field] = firstBranches(info, config);
  return { id: freshId("n"), type: info.type, name: { ...info.title }, config };
}

function firstBranches(info: NodeTypeInfo, config: Config): Branch[] {
  const given = branchesOf({ id: "", type: info.type, config });
  const wanted = isFork(info) ? 2 : 1;
  const branches = given.slice(0);
  const conditional = info.ports.kind === "branches" && info.ports.otherwise;
  while (branches.length < wanted) branches.push(newBranch(branches.length + 1, conditional));
  return branches;
}

export function newBranch(number: number, conditional: boolean): Branch {
  const branch: Branch = { port: freshId("b"), name: { zh: `分支 ${number}`, en: `Branch ${number}` } };
  return conditional ? { ...branch, when: "" } : branch;
}

/** May take several of its branches at once, so that they need a join. */
export function isFork(info: NodeTypeInfo | undefined): boolean {
  return info?.ports.kind === "branches" && info.ports.joined;
}

/** The partner of a fork: the same type without branches waits for all that come in. */
export function newJoin(info: NodeTypeInfo): GraphNode {
  const field = info.ports.kind === "branches" ? info.ports.field : "branches";
  return { id: freshId("n"), type: info.type, name: { zh: "汇合", en: "Join" }, config: { [field]: [] } };
}

export function isJoin(node: GraphNode, types: NodeTypes): boolean {
  return isFork(types.get(node.type)) && branchesOf(node).length === 0;
}

/** The ports a node offers now, main ones first, those for failures last. */
export function portsOf(node: GraphNode, types: NodeTypes): string[] {
  return [...typePorts(node, types), ...errorExitsOf(node.config).map((one) => one.port)];
}

function typePorts(node: GraphNode, types: NodeTypes): string[] {
  const rule = types.get(node.type)?.ports;
  if (!rule || rule.kind === "none") return [];
  if (rule.kind === "fixed") {
    const ports = rule.ports.map((one) => one.port);
    if (leavesLate(node) && !ports.includes(TIMED_OUT)) return [...ports, TIMED_OUT];
    return node.config["on_cancelled"] === "exit" && !ports.includes(CANCELLED)
      ? [...ports, CANCELLED]
      : ports;
  }
  const branches = branchesOf(node).map((branch) => branch.port);
  if (branches.length === 0 && rule.joined) return ["out"];
  return rule.otherwise ? [...branches, OTHERWISE] : branches;
}

const TIMED_OUT = "timed_out";
/** The exit of a step that calls another flow, for when that is cancelled. */
const CANCELLED = "cancelled";

/** A time-out may open an exit of its own. */
function leavesLate(node: GraphNode): boolean {
  const { timeouts, within } = node.config;
  if (typeof within === "string" && within) return true;
  return Array.isArray(timeouts) && timeouts.some((one) => isRecord(one) && one["do"] === "leave");
}

/** The port by which the flow goes straight on; null for ends. */
export function mainPort(node: GraphNode, types: NodeTypes): string | null {
  const ports = portsOf(node, types);
  return ports.find((port) => !isSidePort(port)) ?? ports[0] ?? null;
}

/** Side ports that must lead somewhere from the start; a time-out leaves by its port only when it is told to. */
export function sidePorts(node: GraphNode, types: NodeTypes): string[] {
  return portsOf(node, types).filter((port) => isSidePort(port) && port !== TIMED_OUT);
}

/**
 * Where a new step's side exits go: where the flow's other ones already go, else to an end. Never to a step that leads
 * back to the new one.
 */
export function sideTarget(graph: Graph, node: string, types: NodeTypes): string | null {
  const usual = graph.edges.filter(
    (edge) => isSidePort(edge.port) && edge.kind !== "back" && edge.from !== node,
  );
  const ends = graph.nodes.filter((one) => types.get(one.type)?.is_end ?? one.type === "end");
  const wanted = [...usual.map((edge) => edge.to).reverse(), ...ends.map((end) => end.id)];
  return wanted.find((id) => !reachable(graph, id).has(node)) ?? null;
}

export function isStart(node: GraphNode, types: NodeTypes): boolean {
  return types.get(node.type)?.is_start ?? node.type === "start";
}

export function isEnd(node: GraphNode, types: NodeTypes): boolean {
  return types.get(node.type)?.is_end ?? node.type === "end";
}
