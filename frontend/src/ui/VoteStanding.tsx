/** How far the votes of an open task have come: what is missing, who has to be heard, who follows. */
import { useTranslation } from "react-i18next";
import type { Addressee, TaskStanding } from "@/api/types";
import { useLocal } from "@/i18n/local";
import styles from "./VoteStanding.module.css";

const MOST_MARKS = 12;

export function VoteStanding({ standing }: { standing: TaskStanding }) {
  const { t } = useTranslation("ui");
  const local = useLocal();
  const names = (people: readonly Addressee[]) => people.map((one) => local(one.name)).join(t("list.comma"));
  const { approved, rejected, abstained, needed, total, reject_needed: limit } = standing;
  const left = Math.max(needed - approved, 0);
  const parts = [
    t("standing.progress", { approved, needed, total }),
    left > 0 ? t("standing.left", { count: left }) : t("standing.reached"),
    limit != null
      ? t("standing.rejectedOf", { count: rejected, needed: limit })
      : rejected > 0 && t("standing.rejected", { count: rejected }),
    abstained > 0 && t("standing.abstained", { count: abstained }),
  ].filter(Boolean);
  return (
    <div className={styles.standing} role="group" aria-label={t("standing.label")}>
      <p className={styles.line}>
        {needed <= MOST_MARKS && (
          <span className={styles.marks} aria-hidden>
            {Array.from({ length: needed }, (_, at) => (
              <i key={at} data-given={at < approved} />
            ))}
          </span>
        )}
        <span>{parts.join(" · ")}</span>
      </p>
      {standing.must.length > 0 && <p>{t("standing.must", { names: names(standing.must) })}</p>}
      {standing.added.length > 0 && (
        <p>{t("standing.added", { names: names(standing.added.map((one) => one.who)) })}</p>
      )}
      {standing.ahead.length > 0 && <p>{t("standing.ahead", { names: names(standing.ahead) })}</p>}
    </div>
  );
}
