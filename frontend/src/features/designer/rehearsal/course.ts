/** A rehearsed run as the drawing shows it, and what of its steps is worth reading. Pure. */
import type { PathStep, RehearsedRun, RehearsedStep, TaskTrace } from "@/api/types";
import type { Course } from "@/graph/path";
import { isRecord } from "@/graph/document";

type Name = { zh: string; en: string };
export type Seat = { kind: string; key: string; name: Name };

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function statusOf(step: RehearsedStep): PathStep["status"] {
  if (step.incident !== null) return "failed";
  return step.left === null ? "current" : "done";
}

export function courseOf(run: RehearsedRun): Course {
  const path = run.steps.map((step) => ({
    node: step.node,
    visit: step.visit,
    status: statusOf(step),
    at: step.left ?? step.entered,
  }));
  return { path, edges: run.edges, jumps: [] };
}

/** The conditions that were asked, rules that held and fields that were set, as the engine tells them. */
export function reasonsOf(step: RehearsedStep): string[] {
  const why = step.because ?? {};
  return ["conditions", "rules", "assigned"].flatMap((name) =>
    list(why[name]).flatMap((one) =>
      isRecord(one) && typeof one["because"] === "string" ? [one["because"]] : [],
    ),
  );
}

/** Who was asked, one list for each time that it changed. */
export function seatsOf(step: RehearsedStep): Seat[][] {
  return step.asked.map((asked) => list(asked["candidates"]) as Seat[]);
}

/** How those who are asked were found: every run of the rules. */
export function tracesOf(step: RehearsedStep): TaskTrace[] {
  return step.asked.flatMap((asked) => list(asked["trace"]) as TaskTrace[]);
}

export type Vote = { name: string; outcome: string; at: string };

export function votesOf(step: RehearsedStep): Vote[] {
  return step.notes.flatMap((note) => {
    const by = isRecord(note["by"]) ? note["by"] : {};
    const data = isRecord(note["data"]) ? note["data"] : {};
    return note["what"] === "voted"
      ? [{ name: String(by["name"]), outcome: String(data["outcome"]), at: String(note["at"]) }]
      : [];
  });
}
