import { useTranslation } from "react-i18next";
import type { BatchPreview, Task } from "@/api/types";
import { useProblemText } from "@/ui/problemText";
import { briefOf } from "../taskFacts";
import { useTaskTitle } from "../useTaskTitle";
import styles from "./Batch.module.css";

type Refused = BatchPreview["excluded"][number];

/** Each task that is not dealt with, and the cause in words. */
export function TaskProblems({ tasks, refused }: { tasks: Task[]; refused: Refused[] }) {
  const { t } = useTranslation("inbox");
  const tell = useProblemText();
  const titleOf = useTaskTitle();
  if (refused.length === 0) return null;
  const causeOf = ({ code, detail, params }: Refused["problem"]) => {
    const name = params["decided_by"];
    if (code !== "task.already_decided" || typeof name !== "string" || !name)
      return tell({ code, message: detail, params });
    return t("detail.decidedBy", { name, verb: t([`verb.${String(params["outcome"])}`, "verb.closed"]) });
  };
  return (
    <ul className={styles.refused} aria-label={t("batch.refused")}>
      {refused.map((one) => {
        const task = tasks.find((known) => known.id === one.id);
        return (
          <li key={one.id}>
            <span>
              <strong>{task ? titleOf(task) : one.id}</strong>{" "}
              <span className="muted num">{task && briefOf(task).order}</span>
            </span>
            <span>{causeOf(one.problem)}</span>
          </li>
        );
      })}
    </ul>
  );
}
