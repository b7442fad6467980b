/** What the clock of a task says now. Pure, so that it can be tested to the second. */
import type { Task } from "@/api/types";

export type TaskClock = Pick<Task, "due_at" | "due_does" | "clock" | "working_seconds_left" | "paused_until">;

export type Deadline =
  | { kind: "none" }
  | { kind: "left"; seconds: number; urgent: boolean }
  | { kind: "overdue"; seconds: number }
  | { kind: "paused"; until: Date; seconds: number | null };

const URGENT_SECONDS = 30 * 60;

/**
 * `readAt` is when the server's answer arrived: working seconds run down from there. Working time never exceeds
 * the wall time to the due moment, so an old answer cannot promise more than is left.
 */
export function deadlineOf(clock: TaskClock, readAt: number, now: number): Deadline {
  if (!clock.due_at) return { kind: "none" };
  const wallLeft = (Date.parse(clock.due_at) - now) / 1000;
  if (wallLeft <= 0) return { kind: "overdue", seconds: -wallLeft };
  if (clock.paused_until && Date.parse(clock.paused_until) > now) {
    return { kind: "paused", until: new Date(clock.paused_until), seconds: clock.working_seconds_left };
  }
  let seconds = wallLeft;
  if (clock.clock === "working" && clock.working_seconds_left !== null) {
    const ranDown = clock.working_seconds_left - Math.max(0, now - readAt) / 1000;
    seconds = Math.min(wallLeft, Math.max(0, ranDown));
  }
  return { kind: "left", seconds, urgent: seconds <= URGENT_SECONDS };
}
