import { expect, test } from "vitest";
import { drawn } from "./documents";

test("a drawing that was stored with its plainest words is whole when it is read", () => {
  const answer = drawn({
    version: 3,
    graph: {
      format: 1,
      nodes: [{ id: "start", type: "start" }],
      edges: [{ id: "e1", from: "start", to: "end" }],
    },
  });

  expect(answer).toEqual({
    version: 3,
    graph: {
      format: 1,
      variables: [],
      nodes: [{ id: "start", type: "start", config: {} }],
      edges: [{ id: "e1", from: "start", port: "out", to: "end" }],
    },
  });
});

test("what a drawing says stays as it is", () => {
  const graph = {
    format: 1,
    variables: [{ name: "amount", type: "money" }],
    nodes: [{ id: "a", type: "approval", name: { zh: "审批" }, config: { mode: "any" } }],
    edges: [{ id: "e1", from: "a", port: "rejected", to: "a", kind: "back", max_rounds: 3 }],
  };

  expect(drawn({ graph }).graph).toEqual(graph);
});
