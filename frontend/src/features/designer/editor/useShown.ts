/** The problem that is drawn, as long as it is still said and still fits the drawing. */
import { useMemo } from "react";
import type { Problem } from "@/api/types";
import type { Graph } from "@/graph/document";
import { problemKey, type ShownProblem, shownProblem } from "@/graph/shownProblem";

export interface Shown {
  problem: Problem;
  shown: ShownProblem;
}

export function useShown(chosen: string | null, problems: readonly Problem[], graph: Graph): Shown | null {
  return useMemo(() => {
    const problem = chosen === null ? undefined : problems.find((one) => problemKey(one) === chosen);
    const shown = problem ? shownProblem(problem, graph) : null;
    return problem && shown ? { problem, shown } : null;
  }, [chosen, problems, graph]);
}
