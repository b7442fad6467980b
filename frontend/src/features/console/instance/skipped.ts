/** Adds to a run's path the steps that a force-advance jumped over, so that the drawing shows them for ever. Pure. */
import type { GraphDocument } from "@/api/documents";
import type { Jump, PathStep } from "@/api/types";

function neighbours(graph: GraphDocument, from: "from" | "to", to: "from" | "to"): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const edge of graph.edges) {
    if (edge.kind === "back") continue;
    found.set(edge[from], [...(found.get(edge[from]) ?? []), edge[to]]);
  }
  return found;
}

function closure(starts: readonly string[], next: ReadonlyMap<string, string[]>): Set<string> {
  const seen = new Set<string>();
  const queue = starts.flatMap((start) => next.get(start) ?? []);
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    queue.push(...(next.get(node) ?? []));
  }
  return seen;
}

/** The nodes that lie on a way from where a jump left to where it landed, in drawing order. */
export function jumpedOver(graph: GraphDocument, left: readonly string[], target: string): string[] {
  const ahead = closure(left, neighbours(graph, "from", "to"));
  const leading = closure([target], neighbours(graph, "to", "from"));
  return graph.nodes.map((node) => node.id).filter((id) => ahead.has(id) && leading.has(id));
}

export function withSkipped(
  graph: GraphDocument,
  path: readonly PathStep[],
  jumps: readonly Pick<Jump, "source" | "target" | "at">[],
): PathStep[] {
  const steps = [...path];
  for (const jump of jumps) {
    const visited = new Set(steps.map((step) => step.node));
    const skipped = jumpedOver(graph, jump.source, jump.target).filter((node) => !visited.has(node));
    const landing = steps.findIndex((step) => step.node === jump.target);
    const marks = skipped.map((node): PathStep => ({ node, visit: 0, status: "forced_past", at: jump.at }));
    steps.splice(landing < 0 ? steps.length : landing, 0, ...marks);
  }
  return steps;
}
