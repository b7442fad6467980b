/** A problem on its drawing: the way a run goes wrong by, step by step, and values at the branches they speak of. Pure. */
import type { Problem } from "@/api/types";
import { branchesOf, edgeOf, type Graph, isRecord, nodeOf, OTHERWISE, outgoing } from "./document";

export interface Callout {
  /** The branch by its edge, or the step itself. */
  at: { edge: string } | { node: string };
  /** What its values show there: a key of the words. */
  says: string;
  /** The other branch that the words name, counted from 1. */
  other: number | null;
}

export interface ShownProblem {
  severity: Problem["severity"];
  /** Which steps of the way a node is, counted from 1: several where the way comes back. */
  steps: ReadonlyMap<string, readonly number[]>;
  /** The lines of the way, in order. */
  way: readonly string[];
  /** What is meant without an order. */
  marked: readonly string[];
  /** The line at whose end the token stands, and the step it does not get past; a loop without an end has none. */
  stuck: { line: string; node: string } | null;
  callouts: readonly Callout[];
  /** The step whose branches the callouts stand at. */
  gateway: string | null;
}

/** What of a problem can be drawn on this graph; null when nothing of it can. */
export function shownProblem(problem: Problem, graph: Graph): ShownProblem | null {
  const way = wayOf(problem, graph);
  const last = way.at(-1);
  const runsOn = problem.code.startsWith("graph.");
  const shown: ShownProblem = {
    severity: problem.severity,
    steps: stepsOf(way, graph),
    way,
    marked: texts(problem.params["steps"]).filter((id) => nodeOf(graph, id)),
    stuck: last === undefined || runsOn ? null : { line: last, node: edgeOf(graph, last)?.to ?? "" },
    callouts: calloutsOf(problem, graph),
    gateway: problem.node ?? null,
  };
  return way.length + shown.marked.length + shown.callouts.length > 0 ? shown : null;
}

/** The nodes of a way in their order. */
export function nodesOnWay(shown: ShownProblem): string[] {
  const places = [...shown.steps].flatMap(([id, numbers]) => numbers.map((number) => ({ id, number })));
  return places.sort((a, b) => a.number - b.number).map((place) => place.id);
}

/** Everything of it that stands on the drawing, to be brought into sight. */
export function placesOf(shown: ShownProblem): string[] {
  const called = shown.callouts.map(({ at }) => ("edge" in at ? `branch:${at.edge}` : at.node));
  return [...new Set([...shown.steps.keys(), ...shown.marked, ...called])];
}

/** The same problem is one that is said of the same place by the same way. */
export function problemKey(problem: Problem): string {
  const { code, node, edge, path, params } = problem;
  return JSON.stringify([code, node, edge, path, params["edges"] ?? null]);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Lines that hang together on this graph; none when the drawing has changed meanwhile. */
function wayOf(problem: Problem, graph: Graph): string[] {
  const edges = texts(problem.params["edges"]).map((id) => edgeOf(graph, id));
  const hangs = edges.every((edge, at) => edge && (at === 0 || edges[at - 1]?.to === edge.from));
  return hangs ? edges.flatMap((edge) => edge?.id ?? []) : [];
}

function stepsOf(way: readonly string[], graph: Graph): Map<string, number[]> {
  const nodes = way.flatMap((id, at) => {
    const edge = edgeOf(graph, id);
    return edge ? (at === 0 ? [edge.from, edge.to] : [edge.to]) : [];
  });
  const steps = new Map<string, number[]>();
  for (const [at, node] of nodes.entries()) steps.set(node, [...(steps.get(node) ?? []), at + 1]);
  return steps;
}

/** Which branches the values of a finding are shown at, by its code: the one it is about, the other one, otherwise. */
const AT: Record<string, readonly ("branch" | "other" | "otherwise")[]> = {
  "condition.always_true": ["branch"],
  "condition.true_unless_missing": ["branch"],
  "condition.always_false": ["branch"],
  "condition.dead_branch": ["branch", "other"],
  "condition.gap": ["otherwise"],
  "condition.otherwise_unreachable": ["otherwise"],
  "condition.overlap": ["branch", "other"],
};

function calloutsOf(problem: Problem, graph: Graph): Callout[] {
  const node = problem.node == null ? undefined : nodeOf(graph, problem.node);
  if (!node || !isRecord(problem.params["witness"])) return [];
  const kind = problem.code.replace(/^\w+\./, "");
  const places = AT[problem.code];
  if (!places) return [{ at: { node: node.id }, says: "values", other: null }];
  const { branch, other } = problem.params;
  const ports = branchesOf(node).map((one) => one.port);
  return places.flatMap((place): Callout[] => {
    const number = place === "branch" ? branch : other;
    const port = place === "otherwise" ? OTHERWISE : ports[Number(number) - 1];
    const edge = outgoing(graph, node.id).find((one) => one.port === port);
    if (!edge || port === undefined) return [];
    return [
      { at: { edge: edge.id }, says: `${kind}.${place}`, other: typeof other === "number" ? other : null },
    ];
  });
}
