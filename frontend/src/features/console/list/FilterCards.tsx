import {
  CheckCircleOutlined,
  ExclamationCircleOutlined,
  FieldTimeOutlined,
  PauseCircleOutlined,
  PlayCircleOutlined,
  StopOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import styles from "./Console.module.css";
import { type View, VIEWS } from "./views";

const ICONS: Record<View, ComponentType<{ "aria-hidden"?: boolean }>> = {
  stuck: PauseCircleOutlined,
  failed: ExclamationCircleOutlined,
  forgotten: FieldTimeOutlined,
  running: PlayCircleOutlined,
  completed: CheckCircleOutlined,
  cancelled: StopOutlined,
};

type Props = { view: View; counts: Record<View, string | null>; onChoose: (view: View) => void };

/** One button per filter; what needs attention comes first and is counted. */
export function FilterCards({ view, counts, onChoose }: Props) {
  const { t } = useTranslation("console");
  return (
    <div className={styles.cards} role="group" aria-label={t("list.filters")}>
      {VIEWS.map((one, index) => {
        const Icon = ICONS[one];
        const count = counts[one];
        return (
          <button
            key={one}
            type="button"
            className={styles.card}
            aria-pressed={one === view}
            data-alarm={count !== null && count !== "0"}
            title={`${t(`view.${one}.meaning`)}  (${index + 1})`}
            onClick={() => onChoose(one)}
          >
            <span className={styles.cardName}>
              <Icon aria-hidden />
              {t(`view.${one}.name`)}
            </span>
            {count !== null && <span className={`num ${styles.cardCount}`}>{count}</span>}
          </button>
        );
      })}
    </div>
  );
}
