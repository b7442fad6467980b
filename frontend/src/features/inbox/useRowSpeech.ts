/** A row as one spoken sentence: what, at which step, how long is left. */
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { deadlineOf } from "@/ui/deadline";
import { deadlineWords } from "@/ui/deadlineWords";
import { useTaskTitle } from "./useTaskTitle";

export function useRowSpeech(readAt: number): (task: Task) => string {
  const { t: ui } = useTranslation("ui");
  const local = useLocal();
  const titleOf = useTaskTitle();
  return (task) => {
    const now = Date.now();
    const deadline = deadlineOf(task, readAt, now);
    const time = deadline.kind === "none" ? "" : deadlineWords(deadline, task, now, ui);
    return [titleOf(task), local(task.title), time].filter(Boolean).join(ui("list.comma"));
  };
}
