import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OwnCopy, Task, TaskBox } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { Countdown } from "@/ui/Countdown";
import { DateTime } from "@/ui/DateTime";
import type { Chosen } from "./batch/useChosen";
import { ClaimTag } from "./ClaimTag";
import styles from "./Inbox.module.css";
import { canChoose } from "./selection";
import { briefOf, factText } from "./taskFacts";
import { TaskStatus } from "./TaskStatus";
import { useTaskTitle } from "./useTaskTitle";

type Props = {
  task: Task;
  box: TaskBox;
  readAt: number;
  to: string;
  selected: boolean;
  tabStop: boolean;
  /** Absent where rows are not dealt with together. */
  chosen: Chosen | undefined;
};

/** What decides, in three lines: amount and reason, share and step, clock with its consequence. */
export function TaskRow({ task, box, readAt, to, selected, tabStop, chosen }: Props) {
  const { t } = useTranslation("inbox");
  const titleOf = useTaskTitle();
  const { reason } = briefOf(task);
  const title = titleOf(task);
  const behalf = task.candidates.find((one) => one.on_behalf_of)?.on_behalf_of;
  const unread = task.copy?.read_at === null;
  return (
    <li
      className={styles.row}
      data-selected={selected}
      data-chosen={chosen?.has(task.id)}
      data-unread={unread}
      data-over={box === "todo" && task.closed_at !== null}
    >
      {chosen && <Choice task={task} chosen={chosen} tabStop={tabStop} label={t("row.choose", { title })} />}
      <Link
        id={`task-${task.id}`}
        to={to}
        replace={selected}
        tabIndex={tabStop ? 0 : -1}
        aria-current={selected ? "true" : undefined}
        draggable={false}
        onClick={(event) => {
          if (event.shiftKey && chosen) {
            event.preventDefault();
            chosen.extendTo(task.id);
            return;
          }
          // The row that is open already hands the focus on to what it shows.
          if (!selected || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          document.getElementById("task-heading")?.focus();
        }}
      >
        <span className={styles.line}>
          {unread && <Unread />}
          <strong>{title}</strong>
          {reason && <span className={styles.reason}>{reason}</span>}
          {behalf && <span className={styles.step}>{t("ui:behalf.acting", { name: behalf.name })}</span>}
          <ClaimTag task={task} />
          <TaskStatusOrStep task={task} box={box} />
        </span>
        <Brief task={task} />
        <LastLine task={task} readAt={readAt} />
      </Link>
    </li>
  );
}

/** A row that was decided meanwhile keeps its place but cannot be chosen. */
function Choice({
  task,
  chosen,
  tabStop,
  label,
}: {
  task: Task;
  chosen: Chosen;
  tabStop: boolean;
  label: string;
}) {
  return (
    <label className={styles.choice}>
      <input
        type="checkbox"
        aria-label={label}
        tabIndex={tabStop ? 0 : -1}
        checked={chosen.has(task.id) && canChoose(task)}
        disabled={!canChoose(task)}
        onChange={({ nativeEvent }) => {
          if (nativeEvent instanceof MouseEvent && nativeEvent.shiftKey) chosen.extendTo(task.id);
          else chosen.toggle(task.id);
        }}
      />
    </label>
  );
}

function Unread() {
  const { t } = useTranslation("inbox");
  return (
    <span className={styles.unread}>
      <span className="visually-hidden">{t("copy.unread")}</span>
    </span>
  );
}

/** What is decided about, and of what. */
function Brief({ task }: { task: Task }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const { base, ratio, order } = briefOf(task);
  return (
    <span className={styles.line}>
      <span className={styles.facts}>
        {base && `${local(base.label)} ${factText(base.value)}`}
        {ratio && <b className="num"> {t("row.ratio", { ratio })}</b>}
        {!base && local(task.definition.title)}
      </span>
      <span className={styles.order}>{order}</span>
    </span>
  );
}

function LastLine({ task, readAt }: Pick<Props, "task" | "readAt">) {
  return task.copy ? <Sent copy={task.copy} /> : <Clock task={task} readAt={readAt} />;
}

/** Who sent a copy, what they said, and when. */
function Sent({ copy }: { copy: OwnCopy }) {
  const { t } = useTranslation("inbox");
  const by = copy.by === null ? t("copy.byFlow") : t("copy.by", { name: copy.by });
  return (
    <span className={`${styles.line ?? ""} ${styles.clock ?? ""} muted`}>
      <span className={styles.facts}>{copy.comment ? t("copy.saying", { by, text: copy.comment }) : by}</span>
      <DateTime at={copy.at} />
    </span>
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
          {task.decided_by ? t("row.decidedBy", { name: task.decided_by }) : t("row.closedAt")}{" "}
          <DateTime at={task.closed_at} />
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
