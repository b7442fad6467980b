import { CheckOutlined, CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConnection } from "@/api/connection";
import type { BatchAction, Task } from "@/api/types";
import { canChoose } from "../selection";
import styles from "./Batch.module.css";
import { BatchDialog } from "./BatchDialog";
import type { Chosen } from "./useChosen";

type Props = { chosen: Chosen; rows: Task[]; refresh: () => Promise<Task[]> };

/** What can be done with the chosen rows; stands below the list, so that no row moves when it comes. */
export function BatchBar({ chosen, rows, refresh }: Props) {
  const { t } = useTranslation("inbox");
  const offline = useConnection((connection) => connection.state === "offline");
  const [wish, setWish] = useState<{ action: BatchAction; tasks: Task[] } | null>(null);
  const count = chosen.tasks.length;
  const begin = (action: BatchAction) => setWish({ action, tasks: chosen.tasks });
  const shown = rows.filter(canChoose).map((row) => row.id);
  return (
    <>
      {count > 0 && (
        <div className={styles.bar} role="group" aria-label={t("batch.label")} data-region>
          <span className={styles.count}>{t("batch.chosen", { count })}</span>
          <Button
            type="primary"
            size="small"
            icon={<CheckOutlined aria-hidden />}
            disabled={offline}
            onClick={() => begin("approve")}
          >
            {t("batch.approve.button")}
          </Button>
          <Button
            danger
            size="small"
            icon={<CloseOutlined aria-hidden />}
            disabled={offline}
            onClick={() => begin("reject")}
          >
            {t("batch.reject.button")}
          </Button>
          {count < shown.length && (
            <button type="button" className="link-button" onClick={() => chosen.choose(shown)}>
              {t("batch.all", { count: shown.length })}
            </button>
          )}
          <button type="button" className="link-button" onClick={chosen.clear}>
            {t("batch.none")}
          </button>
        </div>
      )}
      {wish && (
        <BatchDialog
          action={wish.action}
          tasks={wish.tasks}
          refresh={refresh}
          onClose={(done) => {
            setWish(null);
            if (done) chosen.clear();
          }}
        />
      )}
    </>
  );
}
