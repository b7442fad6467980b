import type { Task } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { briefOf, factText } from "./taskFacts";

/** `退款金额 ¥58.00`: what is decided about; without money in the facts, the title of the subject. */
export function useTaskTitle(): (task: Pick<Task, "subject">) => string {
  const local = useLocal();
  return (task) => {
    const { amount } = briefOf(task);
    return amount ? `${local(amount.label)} ${factText(amount.value)}` : local(task.subject.title);
  };
}
