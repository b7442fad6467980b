/** Problems by the thing on the drawing that wears their badge. Pure. */
import type { Problem } from "@/api/types";
import { edgeOf, type Graph } from "@/graph/document";
import type { ProblemCounts } from "./useSpoken";

export function countProblems(problems: readonly Problem[], graph: Graph): ProblemCounts {
  const counts = new Map<string, { count: number; blocking: boolean }>();
  for (const problem of problems) {
    const id = placeOfProblem(problem, graph);
    if (id === null) continue;
    const before = counts.get(id) ?? { count: 0, blocking: false };
    counts.set(id, { count: before.count + 1, blocking: before.blocking || problem.severity === "error" });
  }
  return counts;
}

export function placeOfProblem(problem: Problem, graph: Graph): string | null {
  if (problem.node != null) return problem.node;
  return problem.edge == null ? null : (edgeOf(graph, problem.edge)?.from ?? null);
}
