import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Task, TaskBox } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { Countdown } from "@/ui/Countdown";
import { DateTime } from "@/ui/DateTime";
import styles from "./Inbox.module.css";
import { briefOf, factText } from "./taskFacts";
import { TaskStatus } from "./TaskStatus";
import { useTaskTitle } from "./useTaskTitle";

type Props = { task: Task; box: TaskBox; readAt: number; to: string; selected: boolean; tabStop: boolean };

/** What decides, in three lines: amount and reason, share and step, clock with its consequence. */
export function TaskRow({ task, box, readAt, to, selected, tabStop }: Props) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const titleOf = useTaskTitle();
  const { base, ratio, reason, order } = briefOf(task);
  return (
    <li className={styles.row} data-selected={selected}>
      <Link
        id={`task-${task.id}`}
        to={to}
        replace={selected}
        tabIndex={tabStop ? 0 : -1}
        aria-current={selected ? "true" : undefined}
        draggable={false}
        onClick={(event) => {
          // The row that is open already hands the focus on to what it shows.
          if (!selected || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          document.getElementById("task-heading")?.focus();
        }}
      >
        <span className={styles.line}>
          <strong>{titleOf(task)}</strong>
          {reason && <span className={styles.reason}>{reason}</span>}
          <TaskStatusOrStep task={task} box={box} />
        </span>
        <span className={styles.line}>
          <span className={styles.facts}>
            {base && `${local(base.label)} ${factText(base.value)}`}
            {ratio && <b className="num"> {t("row.ratio", { ratio })}</b>}
            {!base && local(task.definition.title)}
          </span>
          <span className={styles.order}>{order}</span>
        </span>
        <Clock task={task} readAt={readAt} />
      </Link>
    </li>
  );
}

/** The clock and its consequence have the line to themselves; the task itself says when it arrived. */
function Clock({ task, readAt }: Pick<Props, "task" | "readAt">) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  if (task.closed_at === null && task.due_at !== null) {
    return (
      <span className={styles.clock}>
        <Countdown clock={task} readAt={readAt} short />
      </span>
    );
  }
  return (
    <span className={`${styles.line ?? ""} ${styles.clock ?? ""} muted`}>
      {task.closed_at === null ? (
        <span>{local(task.definition.title)}</span>
      ) : (
        <span>
          {t("row.closedAt")} <DateTime at={task.closed_at} />
        </span>
      )}
      <DateTime at={task.opened_at} />
    </span>
  );
}

function TaskStatusOrStep({ task, box }: { task: Task; box: TaskBox }) {
  const local = useLocal();
  if (box === "todo" && task.closed_at === null)
    return <span className={styles.step}>{local(task.title)}</span>;
  return <TaskStatus task={task} />;
}
