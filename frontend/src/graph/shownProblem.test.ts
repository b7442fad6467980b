import { expect, test } from "vitest";
import type { Problem } from "@/api/types";
import { refundGraph, sketch } from "./graphs.fixture";
import { nodesOnWay, placesOf, shownProblem } from "./shownProblem";

const problem = (change: Partial<Problem>): Problem => ({
  ...{
    code: "parallel.join_never_complete",
    message: "Expected…",
    node: "end",
    severity: "error",
    params: {},
  },
  ...change,
});

test("a way counts its steps, again where it comes back, and ends where the token is stuck", () => {
  const graph = sketch("start>a a>apb apb.rejected>a apb.approved>end");

  const shown = shownProblem(problem({ params: { edges: ["e1", "e2", "e3"], nodes: [] } }), graph);

  expect([...(shown?.steps ?? [])]).toEqual([
    ["start", [1]],
    ["a", [2, 4]],
    ["apb", [3]],
  ]);
  expect(shown?.stuck).toEqual({ line: "e3", node: "a" });
  expect(shown && nodesOnWay(shown)).toEqual(["start", "a", "apb", "a"]);
});

test("a round without a wait has no place where a token stands still", () => {
  const graph = sketch("start>a a>b b>a b.x>end");

  expect(
    shownProblem(problem({ code: "graph.cycle", params: { edges: ["e2", "e3"] } }), graph)?.stuck,
  ).toBeNull();
});

test("nothing is drawn of a way whose lines are gone or no longer hang together", () => {
  const graph = sketch("start>a a>end");

  expect(shownProblem(problem({ params: { edges: ["e1", "e7"] } }), graph)).toBeNull();
  expect(shownProblem(problem({ params: { edges: ["e2", "e1"] } }), graph)).toBeNull();
  expect(shownProblem(problem({}), graph)).toBeNull();
});

test("steps of a region are marked without an order", () => {
  const shown = shownProblem(problem({ params: { steps: ["finance", "gone"] } }), refundGraph());

  expect(shown?.marked).toEqual(["finance"]);
  expect(shown?.stuck).toBeNull();
});

test("values stand at the branches that a finding speaks of", () => {
  const graph = refundGraph();
  const found = (code: string, params: Problem["params"]) =>
    shownProblem(problem({ code, node: "small", params: { witness: { orderTotal: 1 }, ...params } }), graph);

  expect(found("condition.gap", {})?.callouts).toEqual([
    { at: { edge: "e3" }, says: "gap.otherwise", other: null },
  ]);
  const overlap = found("condition.overlap", { branch: 1, other: 1 });
  expect(overlap?.callouts.map(({ says, other }) => [says, other])).toEqual([
    ["overlap.branch", 1],
    ["overlap.other", 1],
  ]);
  const table = found("decision_table.gap", {});
  expect(table?.callouts).toEqual([{ at: { node: "small" }, says: "values", other: null }]);
  expect(table && placesOf(table)).toEqual(["small"]);
});
