import { expect, test } from "vitest";
import type { PathStep } from "@/api/types";
import { refundGraph } from "./graphs.fixture";
import { type Course, jumpedOver, tracePath } from "./path";

const NINE = "2026-02-13T09:00:00+08:00";
const TEN = "2026-02-13T10:00:00+08:00";

/** A run by its steps, `node`, `node:status` or `node:status@ten`, the edges it took, and its jumps `from>to`. */
function run(steps: string, edges: string, ...jumps: string[]): Course {
  return {
    path: steps.split(" ").map((step) => {
      const [name = "", hour] = step.split("@");
      const [node = "", status = "done"] = name.split(":");
      return { node, visit: 1, status: status as PathStep["status"], at: hour ? TEN : NINE };
    }),
    edges: edges.split(" "),
    jumps: jumps.map((jump) => {
      const [from = "", target = ""] = jump.split(">");
      return { kind: "forced", source: [from], target, at: TEN };
    }),
  };
}

test("the way that was taken, the step that waits, and what lies ahead", () => {
  const trace = tracePath(refundGraph(), run("start small finance:current", "e1 e3"));

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
  const trace = tracePath(refundGraph(), run("start small finance ops:current", "e1 e3 e4"));

  expect(trace.edges.get("e4")).toBe("current");
  expect(trace.edges.get("e2")).toBe("untaken");
});

test("a step left by force leaves by a forced line", () => {
  const trace = tracePath(
    refundGraph(),
    run("start small finance:forced_past ops:current@ten", "e1 e3", "finance>ops"),
  );

  expect(trace.nodes.get("finance")).toBe("forced");
  expect(trace.edges.get("e4")).toBe("forced");
  expect(trace.arcs).toEqual([]);
});

test("a jump ahead goes by forced lines over the steps that it skips, and not over side ways", () => {
  const trace = tracePath(
    refundGraph(),
    run("start small finance:forced_past refund end", "e1 e3 e8", "finance>refund"),
  );

  expect(trace.nodes.get("ops")).toBe("forced");
  expect(trace.nodes.get("reject")).toBe("untaken");
  expect([trace.edges.get("e4"), trace.edges.get("e6"), trace.edges.get("e7")]).toEqual([
    "forced",
    "forced",
    "untaken",
  ]);
  expect(trace.edges.get("e8")).toBe("done");
  expect(trace.arcs).toEqual([]);
});

test("a jump back is an arc from where it left to where it landed, and the way before it stays", () => {
  const trace = tracePath(
    refundGraph(),
    run("start small ops:current@ten refund:forced_past@ten", "e1 e2 e6", "refund>ops"),
  );

  expect(trace.arcs).toEqual([{ from: "refund", to: "ops" }]);
  expect([trace.edges.get("e2"), trace.edges.get("e6"), trace.edges.get("e7")]).toEqual([
    "done",
    "done",
    "future",
  ]);
});

test("a jump passes over what lies between, and not over side ways", () => {
  expect(jumpedOver(refundGraph(), ["finance"], "refund")).toEqual(["ops"]);
  expect(jumpedOver(refundGraph(), ["refund"], "finance")).toEqual([]);
});

test("a return is drawn as a jump back, and what it left lies ahead again", () => {
  const course = run("start small:done finance:current@ten ops:returned", "e1 e3 e4");
  const trace = tracePath(refundGraph(), {
    ...course,
    jumps: [{ kind: "returned", source: ["ops"], target: "finance", at: TEN }],
  });

  expect(trace.arcs).toEqual([{ from: "ops", to: "finance" }]);
  expect(trace.nodes.get("ops")).toBe("future");
  expect(trace.nodes.get("finance")).toBe("current");
});
