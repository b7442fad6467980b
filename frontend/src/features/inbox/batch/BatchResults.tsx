import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { BatchAction, BatchPreview, BatchResult, Task } from "@/api/types";
import styles from "./Batch.module.css";
import { TaskProblems } from "./TaskProblems";

type Props = {
  action: BatchAction;
  tasks: Task[];
  results: BatchResult[];
  onRetry: (failed: BatchResult[]) => void;
  onClose: () => void;
};

/** What happened to each; only what failed can be tried again. */
export function BatchResults({ action, tasks, results, onRetry, onClose }: Props) {
  const { t } = useTranslation("inbox");
  const failed = results.filter((one) => !one.done);
  const refused = failed.flatMap(({ id, problem }): BatchPreview["excluded"] =>
    problem === null ? [] : [{ id, problem }],
  );
  return (
    <>
      <p className={styles.sentence} role="status">
        {t(`batch.${action}.done`, { count: results.length - failed.length })}
        {failed.length > 0 && t("batch.failed", { count: failed.length })}
      </p>
      <TaskProblems tasks={tasks} refused={refused} />
      <div className={styles.buttons}>
        {failed.length > 0 && (
          <Button onClick={() => onRetry(failed)}>{t("batch.retry", { count: failed.length })}</Button>
        )}
        <Button type={failed.length > 0 ? "default" : "primary"} onClick={onClose}>
          {t("batch.close")}
        </Button>
      </div>
    </>
  );
}
