import { ArrowLeftOutlined, CopyOutlined, PrinterOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Task } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { Countdown } from "@/ui/Countdown";
import { DateTime } from "@/ui/DateTime";
import { VoteStanding } from "@/ui/VoteStanding";
import { ClaimTag } from "./ClaimTag";
import styles from "./Detail.module.css";
import { briefOf } from "./taskFacts";
import { TaskStatus } from "./TaskStatus";
import { useTaskTitle } from "./useTaskTitle";
import { useAddressees } from "./useAddressees";

/** Browsers lend the clipboard only to pages on https or localhost. */
const canCopy = "clipboard" in navigator;

function OrderNumber({ order }: { order: string }) {
  const { t } = useTranslation("inbox");
  const { message } = App.useApp();
  const copy = async () => {
    await navigator.clipboard.writeText(order);
    void message.success(t("detail.copied"));
  };
  return (
    <span className={styles.order}>
      {order}
      {canCopy && (
        <Button
          type="text"
          size="small"
          icon={<CopyOutlined aria-hidden />}
          aria-label={t("detail.copy")}
          title={t("detail.copy")}
          onClick={() => void copy()}
        />
      )}
    </span>
  );
}

export function DetailHead({
  task,
  readAt,
  onBack,
}: {
  task: Task;
  readAt: number;
  onBack: (() => void) | undefined;
}) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const names = useAddressees();
  const titleOf = useTaskTitle();
  const { order } = briefOf(task);
  const open = task.closed_at === null;
  const Heading = onBack ? "h1" : "h2";
  return (
    <header className={styles.head}>
      <div className={styles.crumb}>
        {onBack && (
          <Button
            type="text"
            icon={<ArrowLeftOutlined aria-hidden />}
            aria-label={t("detail.back")}
            onClick={onBack}
          />
        )}
        <span>{local(task.definition.title)}</span>
        <span className="muted num">v{task.version}</span>
        <span className={styles.stepName}>{local(task.title)}</span>
        {task.visit > 1 && <span className="muted">{t("detail.visit", { count: task.visit })}</span>}
      </div>
      <div className={styles.titleLine}>
        <Heading id="task-heading" tabIndex={-1} className={styles.title}>
          {titleOf(task)}
        </Heading>
        {order && <OrderNumber order={order} />}
        <Link to={`/inbox/${task.id}/print`} aria-label={t("sheet.open")} title={t("sheet.open")}>
          <PrinterOutlined aria-hidden />
        </Link>
      </div>
      <div className={styles.meta}>
        {open ? <Countdown clock={task} readAt={readAt} /> : <TaskStatus task={task} />}
        <span className="muted">
          {t("detail.openedAt")} <DateTime at={task.opened_at} />
        </span>
        {open && task.candidates.length > 0 && (
          <span className="muted">{t("detail.waitsFor", { names: names(task.candidates) })}</span>
        )}
        <ClaimTag task={task} />
        {task.requester && (
          <span className="muted">{t("detail.requester", { name: task.requester.display_name })}</span>
        )}
      </div>
      {open && task.standing && <VoteStanding standing={task.standing} />}
    </header>
  );
}
