/** How far a migration is, in words and as a bar; it goes on whoever looks. */
import { Progress as Bar } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Migration } from "@/api/types";
import styles from "./Migrations.module.css";

export const totalOf = ({ counts }: Migration): number => counts.pending + counts.migrated + counts.stayed;

export function Progress({ migration }: { migration: Migration }): ReactElement {
  const { t } = useTranslation("migration");
  const { counts, status } = migration;
  const total = totalOf(migration);
  const [from, to] = [migration.from_version, migration.to_version];
  if (status === "planning")
    return (
      <div className={styles.progress}>
        <p>{t("progress.planning", { count: total })}</p>
        <p className="muted">{t("progress.goesOn")}</p>
      </div>
    );
  if (status === "planned")
    return (
      <p className={styles.progress}>
        {t("progress.planned", { go: counts.quiet + counts.disturbed, stay: counts.hindered, from, to })}
      </p>
    );
  const done = total - counts.pending;
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  return (
    <div className={styles.progress}>
      <p>
        {t(`progress.${status}`, { done, total, migrated: counts.migrated, stayed: counts.stayed, from, to })}
      </p>
      {status === "running" && (
        <>
          <Bar percent={percent} showInfo={false} aria-label={t("progress.label")} />
          <p className="muted">{t("progress.goesOn")}</p>
        </>
      )}
    </div>
  );
}
