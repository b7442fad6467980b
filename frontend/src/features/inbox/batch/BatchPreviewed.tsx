import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { BatchAction, BatchPreview, Task } from "@/api/types";
import { formatMoney } from "@/ui/moneyFormat";
import { useFocusAtStart } from "../actions/useFocusAtStart";
import styles from "./Batch.module.css";
import { TaskProblems } from "./TaskProblems";
import { Trouble } from "./Trouble";

type Props = {
  action: BatchAction;
  tasks: Task[];
  /** How many were chosen beyond what one call takes. */
  left: number;
  preview: BatchPreview;
  sending: boolean;
  trouble: unknown;
  onRun: (token: string) => void;
  onAgain: () => void;
  onCancel: () => void;
};

/** What will happen, in one sentence, and what is left out with its reasons. */
export function BatchPreviewed({ action, tasks, left, preview, sending, trouble, ...on }: Props) {
  const { t } = useTranslation("inbox");
  const { t: ui } = useTranslation("ui");
  const first = useFocusAtStart<HTMLButtonElement>();
  const count = preview.included.length;
  const sum = preview.sums.map(formatMoney).join(ui("list.comma"));
  const { token } = preview;
  return (
    <>
      <p className={styles.sentence} role="status">
        {count === 0 ? t("batch.nothing") : t(`batch.${action}.will`, { count })}
        {count > 0 && sum && t("batch.sum", { sum })}
        {preview.excluded.length > 0 && t("batch.without", { count: preview.excluded.length })}
      </p>
      {left > 0 && <p className="muted">{t("batch.left", { count: left })}</p>}
      <TaskProblems tasks={tasks} refused={preview.excluded} />
      {trouble !== null && <Trouble error={trouble} onAgain={on.onAgain} />}
      <div className={styles.buttons}>
        <Button onClick={on.onCancel}>{t("actions.cancel")}</Button>
        {token !== null && (
          <Button
            ref={first}
            type="primary"
            danger={action === "reject"}
            loading={sending}
            onClick={() => on.onRun(token)}
          >
            {t(`batch.${action}.run`, { count })}
          </Button>
        )}
      </div>
    </>
  );
}
