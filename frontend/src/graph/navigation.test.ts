import { expect, test } from "vitest";
import { refundGraph, seeded, wildGraph } from "./graphs.fixture";
import { move, stopsOf } from "./navigation";

test("down and up walk everything in reading order and back", () => {
  const graph = refundGraph();
  const order = stopsOf(graph).map((stop) => stop.id);

  expect(order).toEqual([
    "start",
    "small",
    "branch:e2",
    "branch:e3",
    "finance",
    "jump:e5",
    "ops",
    "branch:e6",
    "refund",
    "branch:e7",
    "reject",
    "end",
  ]);
  for (const [at, id] of order.entries()) {
    expect(move(graph, id, "next")).toBe(order[at + 1] ?? id);
    expect(move(graph, id, "previous")).toBe(order[at - 1] ?? id);
  }
});

test("right and left go into, between and out of branches", () => {
  const graph = refundGraph();

  expect(move(graph, "small", "in")).toBe("branch:e2");
  expect(move(graph, "branch:e2", "in")).toBe("branch:e3");
  expect(move(graph, "branch:e3", "in")).toBe("branch:e3");
  expect(move(graph, "finance", "out")).toBe("branch:e3");
  expect(move(graph, "branch:e3", "out")).toBe("branch:e2");
  expect(move(graph, "branch:e2", "out")).toBe("small");
  expect(move(graph, "finance", "first")).toBe("start");
  expect(move(graph, "finance", "last")).toBe("end");
});

test("in any graph every step is read exactly once", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const graph = wildGraph(seeded(seed), 20);
    const stops = stopsOf(graph);

    expect(
      stops
        .filter((stop) => stop.kind === "node")
        .map((stop) => stop.id)
        .sort(),
    ).toEqual(graph.nodes.map((node) => node.id).sort());
    expect(new Set(stops.map((stop) => stop.id)).size, `seed ${seed}`).toBe(stops.length);
  }
});
