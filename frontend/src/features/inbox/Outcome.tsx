import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { useCurrentUser } from "@/api/session";
import { DateTime } from "@/ui/DateTime";
import styles from "./Detail.module.css";
import { heldMs } from "./undo/useOfferUndo";

/** One's own answer that is not in force yet. */
function Held({ pending }: { pending: NonNullable<Task["pending"]> }) {
  const { t } = useTranslation("inbox");
  return (
    <div className={styles.notice}>
      <span>
        {t("undo.held", { done: t(`done.${pending.answer}`), count: Math.round(heldMs(pending) / 1000) })}
      </span>
    </div>
  );
}

/** The decided task says in place who decided and when; the row stays until the person moves on. */
export function Outcome({ task, onNext }: { task: Task; onNext: (() => void) | undefined }) {
  const { t } = useTranslation("inbox");
  const me = useCurrentUser().username;
  if (task.closed_at === null)
    return <div role="status">{task.pending && <Held pending={task.pending} />}</div>;
  const last = task.votes.at(-1);
  const mine = last?.user.username === me && last.source !== "timer";
  const outcome = task.outcome ?? task.status;
  const verb = t([`verb.${outcome}`, "verb.closed"]);
  const who = mine ? t("detail.me") : task.decided_by;
  return (
    <div role="status">
      <div className={styles.notice}>
        <span>
          {who ? t("detail.decidedBy", { name: who, verb }) : t("detail.decided", { verb })}{" "}
          <DateTime at={task.closed_at} />
        </span>
        {onNext && (
          <Button size="small" onClick={onNext}>
            {t("detail.next")}
          </Button>
        )}
      </div>
    </div>
  );
}
