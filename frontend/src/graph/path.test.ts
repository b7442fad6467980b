import { expect, test } from "vitest";
import type { PathStep } from "@/api/types";
import { refundGraph } from "./graphs.fixture";
import { tracePath } from "./path";

function path(...steps: string[]): PathStep[] {
  return steps.map((step) => {
    const [node = "", status = "done"] = step.split(":");
    return { node, visit: 1, status: status as PathStep["status"], at: "2026-02-13T09:00:00+08:00" };
  });
}

test("the way that was taken, the step that waits, and what lies ahead", () => {
  const trace = tracePath(refundGraph(), path("start", "small", "finance:current"));

  expect(Object.fromEntries(trace.nodes)).toEqual({
    start: "done",
    small: "done",
    finance: "current",
    ops: "future",
    refund: "future",
    reject: "future",
    end: "future",
  });
  expect(Object.fromEntries(trace.edges)).toMatchObject({
    e1: "done",
    e3: "current",
    e2: "untaken",
    e4: "future",
  });
  expect(trace.arcs).toEqual([]);
});

test("of two ways into a step the one that was really taken is drawn", () => {
  const trace = tracePath(refundGraph(), path("start", "small", "finance", "ops:current"));

  expect(trace.edges.get("e4")).toBe("current");
  expect(trace.edges.get("e2")).toBe("untaken");
});

test("a step left by force leaves by a forced line", () => {
  const trace = tracePath(refundGraph(), path("start", "small", "finance:forced_past", "ops:current"));

  expect(trace.nodes.get("finance")).toBe("forced");
  expect(trace.edges.get("e4")).toBe("forced");
});

test("a jump that no line stands for is an arc, and what it passed was not taken", () => {
  const trace = tracePath(refundGraph(), path("start", "small", "finance:forced_past", "refund", "end"));

  expect(trace.arcs).toEqual([{ from: "finance", to: "refund" }]);
  expect(trace.nodes.get("ops")).toBe("untaken");
  expect(trace.edges.get("e8")).toBe("done");
});
