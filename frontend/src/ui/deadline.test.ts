import { expect, test } from "vitest";
import { deadlineOf } from "./deadline";

const NOW = Date.parse("2026-01-26T12:00:00+08:00");
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const clock = { due_does: null, clock: "working" as const, working_seconds_left: null, paused_until: null };

test("no due time, no deadline", () => {
  expect(deadlineOf({ ...clock, due_at: null }, NOW, NOW)).toEqual({ kind: "none" });
});

test("a working clock runs down from when it was read", () => {
  const task = { ...clock, due_at: at(300), working_seconds_left: 7200 };

  expect(deadlineOf(task, NOW - 60_000, NOW)).toEqual({ kind: "left", seconds: 7140, urgent: false });
});

test("a working clock never promises more than the wall time to the due moment", () => {
  const task = { ...clock, due_at: at(10), working_seconds_left: 7200 };

  expect(deadlineOf(task, NOW, NOW)).toEqual({ kind: "left", seconds: 600, urgent: true });
});

test("a wall clock counts to the due moment", () => {
  expect(deadlineOf({ ...clock, clock: "wall", due_at: at(31) }, NOW, NOW)).toEqual({
    kind: "left",
    seconds: 31 * 60,
    urgent: false,
  });
});

test("a paused clock says until when, but an overdue task is overdue", () => {
  const task = { ...clock, due_at: at(120), paused_until: at(30), working_seconds_left: 5400 };

  expect(deadlineOf(task, NOW, NOW)).toEqual({ kind: "paused", until: new Date(at(30)), seconds: 5400 });
  expect(deadlineOf({ ...task, due_at: at(-42) }, NOW, NOW)).toEqual({ kind: "overdue", seconds: 42 * 60 });
});
