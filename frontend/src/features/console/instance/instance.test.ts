import { expect, test } from "vitest";
import type { HistoryEntry } from "@/api/types";
import { refundGraph } from "@/graph/graphs.fixture";
import { aFact } from "../console.fixture";
import { explain } from "@/ui/explain";
import { rowOf } from "./timelineRow";

test.each([
  ["58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true", "¥58.00 < ¥199.00 × 0.3 = ¥59.70", "true"],
  ["(58.00 CNY < 10.00 CNY → false) and (true → skipped)", "(¥58.00 < ¥10.00 ✗) and (true –)", "unknown"],
  ["(1 < 2 → true) or (3 < 2 → skipped) → true", "(1 < 2 ✓) or (3 < 2 –)", "true"],
  ["empty > 3 → unknown", "empty > 3", "unknown"],
])("%s is shown readably", (because, text, verdict) => {
  expect(explain(because)).toEqual({ text, verdict });
});

test("a message says how many were told, and who was not and why", () => {
  const failed = [{ channel: "robot", receiver: "ops", outcome: "unknown", code: "http.timed_out" }];
  const row = (told: Record<string, unknown>) =>
    rowOf(
      aFact(4, "moved", { node: "wait", data: { port: "out", to: "finance", why: { told } } }),
      refundGraph(),
    );

  expect(row({ sent: 3, failed: [] })).toMatchObject({ key: "told", params: { count: 3 }, missed: [] });
  expect(row({ sent: 2, failed })).toMatchObject({
    key: "told_partly",
    params: { count: 2 },
    missed: [{ receiver: "ops", outcome: "unknown", code: "http.timed_out" }],
    tone: "warning",
  });
});

test("a vote is a person's line with its comment; the decision follows by itself", () => {
  const vote = aFact(5, "noted", {
    data: { what: "voted", data: { outcome: "rejected", comment: "凭证不清" } },
  });
  const decided = aFact(6, "moved", {
    data: { port: "rejected", to: "reject", why: { outcome: "rejected", approved: 0, rejected: 1 } },
  });

  expect(rowOf(vote, refundGraph())).toMatchObject({
    key: "voted_rejected",
    quote: "凭证不清",
    tone: "bad",
    automatic: false,
  });
  expect(rowOf(decided, refundGraph())).toMatchObject({
    key: "decided_rejected",
    from: ["finance"],
    to: ["reject"],
    params: { approved: 0, rejected: 1 },
    automatic: true,
  });
});

test("a migration says from which version to which, by whom and why", () => {
  const row = aFact(5, "migrated", {
    data: { before: 1, version: 2, reason: "第 1 版有误", moves: [[1, "finance", "ops", "anew", 2]] },
  });

  expect(rowOf(row, refundGraph())).toMatchObject({
    key: "migrated",
    params: { before: 1, version: 2 },
    from: ["finance"],
    to: ["ops"],
    quote: "第 1 版有误",
    tone: "force",
    automatic: false,
  });
});

test("a wait for a message tells whether it came", () => {
  const moved = (why: Record<string, unknown>) =>
    rowOf(aFact(4, "moved", { node: "wait", data: { port: "out", to: "finance", why } }), refundGraph());

  expect(moved({ message: "shipped", key: "O-1" })).toMatchObject({
    key: "received",
    params: { message: "shipped" },
  });
  expect(moved({ awaited: "shipped" })).toMatchObject({ key: "not_received", tone: "warning" });
  expect(
    rowOf(aFact(3, "withdrawn", { node: "wait", data: { reason: "terminated" } }), refundGraph()).key,
  ).toBe("withdrawn_terminated");
  const skipped = aFact(4, "withdrawn", { node: "wait", data: { reason: "forced", skips: true } });
  expect(rowOf(skipped, refundGraph())).toMatchObject({ key: "skipped_forced", tone: "warning" });
  expect(moved({ error: { code: "http.refused", message: "No.", params: {} } })).toMatchObject({
    key: "left_by_error",
    tone: "warning",
    incident: { code: "http.refused", message: "No." },
  });
});

test("an unknown kind of fact is kept as a technical line", () => {
  expect(rowOf(aFact(9, "teleported" as HistoryEntry["kind"]), refundGraph())).toMatchObject({
    key: "other",
    params: { kind: "teleported" as HistoryEntry["kind"] },
    technical: true,
  });
});

test("a table says which rules held, by which numbers, and what they set", () => {
  const because = "(12.00 CNY < 30.00 CNY → true) and ('vip' == 'vip' → true) → true";
  const assigned = [{ variable: "fee", because: "1.00 CNY → 1.00 CNY" }];
  const row = (rules: unknown[]) =>
    rowOf(
      aFact(3, "moved", { node: "map", data: { port: "out", to: "finance", why: { rules, assigned } } }),
      refundGraph(),
    );

  expect(row([{ rule: 2, because }])).toMatchObject({
    key: "ruled",
    nodes: { node: "map", to: "finance" },
    rules: [{ rule: 2, explained: { text: "(¥12.00 < ¥30.00 ✓) and ('vip' == 'vip' ✓)", verdict: "true" } }],
    assigned: [{ variable: "fee", explained: { text: "¥1.00" } }],
  });
  expect(row([])).toMatchObject({ key: "ruled_otherwise", rules: [] });
});

test("a step that set fields says each of them and how its value came about", () => {
  const why = { assigned: [{ variable: "fee", because: "200.00 CNY * 0.3 = 60.00 CNY → 60.00 CNY" }] };
  const moved = aFact(3, "moved", { node: "map", data: { port: "out", to: "finance", why } });

  expect(rowOf(moved, refundGraph())).toMatchObject({
    key: "assigned",
    nodes: { node: "map", to: "finance" },
    assigned: [{ variable: "fee", explained: { text: "¥200.00 × 0.3 = ¥60.00" } }],
  });
});

test("a step that asked another system says how it was answered", () => {
  const moved = aFact(3, "moved", {
    node: "call",
    data: { port: "out", to: "finance", why: { status: 201 } },
  });

  expect(rowOf(moved, refundGraph())).toMatchObject({
    key: "answered",
    nodes: { node: "call", to: "finance" },
    params: { status: 201 },
    technical: false,
  });
});

test("a step that called flows says what came of them, and a called run why it is wanted no more", () => {
  const moved = (why: Record<string, unknown>) =>
    rowOf(aFact(3, "moved", { node: "call", data: { port: "out", to: "finance", why } }), refundGraph());
  const counts = { flow: "packing", completed: 3, cancelled: 1, total: 4 };

  expect(moved({ flow: "packing", runs: ["run-2"] })).toMatchObject({ key: "called" });
  expect(moved({ flow: "packing" })).toMatchObject({ key: "called_alone" });
  expect(moved({ ...counts, stopped: false })).toMatchObject({
    key: "called_each",
    params: { completed: 3, total: 4 },
  });
  expect(moved({ ...counts, stopped: true })).toMatchObject({ key: "called_each_stopped" });
  expect(
    rowOf(aFact(4, "cancelled", { node: null, data: { reason: "caller.stopped" } }), refundGraph()),
  ).toMatchObject({ key: "recalled_stopped", quote: null });
});
