/** The clock of a task in words: time left with its kind of clock, paused until when, overdue by how much. */
import type { TFunction } from "i18next";
import { formatDateTime, formatTime } from "./dateFormat";
import type { Deadline, TaskClock } from "./deadline";
import { formatDuration } from "./duration";

/** `short` leaves out why a clock is paused. */
export function deadlineWords(
  deadline: Deadline,
  clock: TaskClock,
  now: number,
  t: TFunction<"ui">,
  short = false,
): string {
  switch (deadline.kind) {
    case "none":
      return t("countdown.none");
    case "overdue":
      return t("countdown.overdue", { time: formatDuration(deadline.seconds, t) });
    case "paused": {
      // A break ends on the same day; what ends on another day is the end of the working time.
      const sameDay = deadline.until.toDateString() === new Date(now).toDateString();
      const at = sameDay ? formatTime(deadline.until) : formatDateTime(deadline.until);
      return t(`countdown.${short ? "pausedShort" : sameDay ? "paused" : "closed"}`, { at });
    }
    case "left":
      return t(`countdown.left_${clock.clock ?? "wall"}`, { time: formatDuration(deadline.seconds, t) });
  }
}
