/** Many tasks at once: the reason if one is needed, what will happen, then what happened to each. */
import { Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BatchAction, BatchResult, Task } from "@/api/types";
import { announce } from "@/ui/announce";
import { Loading } from "@/ui/Loading";
import { useBatch, useBatchPreview } from "../api/answerMany";
import styles from "./Batch.module.css";
import { BatchPreviewed } from "./BatchPreviewed";
import { BatchReason } from "./BatchReason";
import { BatchResults } from "./BatchResults";
import { Trouble } from "./Trouble";

/** As many as one call takes. */
export const MOST = 100;

type Props = {
  action: BatchAction;
  tasks: Task[];
  /** The list as the server has it now. */
  refresh: () => Promise<Task[]>;
  onClose: (done: boolean) => void;
};

export function BatchDialog({ action, tasks, refresh, onClose }: Props) {
  const { t } = useTranslation("inbox");
  const [looked, setLooked] = useState(() => tasks.slice(0, MOST));
  // Approving needs no words; a rejection is not looked at before its reason is known.
  const [comment, setComment] = useState<string | null>(action === "approve" ? "" : null);
  const preview = useBatchPreview(comment === null ? null : { action, tasks: looked, comment });
  const batch = useBatch();
  const results = batch.data?.results;

  const run = (token: string) =>
    batch.mutate(token, {
      onSuccess: ({ results: told }) => {
        const done = told.filter((one) => one.done).length;
        announce(t(`batch.${action}.done`, { count: done }));
      },
    });
  const retry = async (failed: BatchResult[]) => {
    const ids = new Set(failed.map((one) => one.id));
    const now = (await refresh()).filter((task) => ids.has(task.id));
    // What left the list cannot be answered any more; the preview says so of it.
    setLooked((before) =>
      before.filter((task) => ids.has(task.id)).map((task) => now.find((one) => one.id === task.id) ?? task),
    );
    batch.reset();
  };
  return (
    <Modal
      open
      title={t(`batch.${action}.title`)}
      footer={null}
      onCancel={() => onClose(results !== undefined)}
      width={560}
      destroyOnHidden
    >
      <div className={styles.dialog}>
        {comment === null && (
          <BatchReason count={looked.length} onSay={setComment} onCancel={() => onClose(false)} />
        )}
        {preview.isFetching && <Loading label={t("batch.looking")} />}
        {preview.error && <Trouble error={preview.error} onAgain={() => void preview.refetch()} />}
        {preview.data && !preview.isFetching && !results && (
          <BatchPreviewed
            action={action}
            tasks={looked}
            left={tasks.length - Math.min(tasks.length, MOST)}
            preview={preview.data}
            sending={batch.isPending}
            trouble={batch.error}
            onRun={run}
            onAgain={() => {
              batch.reset();
              void preview.refetch();
            }}
            onCancel={() => onClose(false)}
          />
        )}
        {results && (
          <BatchResults
            action={action}
            tasks={looked}
            results={results}
            onRetry={(failed) => void retry(failed)}
            onClose={() => onClose(true)}
          />
        )}
      </div>
    </Modal>
  );
}
