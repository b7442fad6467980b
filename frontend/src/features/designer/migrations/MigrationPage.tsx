/** One migration: what it would mean for each run, how far it is, what became of each, and the way back. */
import type { TFunction } from "i18next";
import { type ReactElement, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { MigrationDetail } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { announce } from "@/ui/announce";
import { DateTime } from "@/ui/DateTime";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useDefinition } from "../api/definitions";
import { useMigration } from "../api/migrations";
import { useVersion } from "../api/versions";
import { MigratingRuns } from "./MigratingRuns";
import { MigrationActions } from "./MigrationActions";
import styles from "./Migrations.module.css";
import { MigrationTag } from "./MigrationTag";
import { Progress } from "./Progress";
import { Reasons } from "./Reasons";

export function MigrationPage(): ReactElement {
  const { t } = useTranslation("migration");
  const { id = "", migration = "" } = useParams();
  const local = useLocal();
  const definition = useDefinition(id);
  const found = useMigration(id, migration);
  usePage([
    { label: t("designer:title"), to: "/flows" },
    { label: local(definition.data?.title) || "…", to: `/flows/${id}` },
    { label: t("designer:bar.versions"), to: `/flows/${id}/versions` },
    { label: t("title"), to: `/flows/${id}/migrations` },
    { label: found.data ? wayOf(found.data, t) : "…" },
  ]);
  if (found.isError && !found.data)
    return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Loading label={t("loading")} />;
  return <Shown key={migration} flow={id} migration={found.data} />;
}

const wayOf = (one: MigrationDetail, t: TFunction<"migration">): string =>
  t(one.undoes === null ? "way" : "wayBack", { from: one.from_version, to: one.to_version });

function Shown({ flow, migration }: { flow: string; migration: MigrationDetail }): ReactElement {
  const { t } = useTranslation("migration");
  const { from_version: from, to_version: to } = migration;
  const old = useVersion(flow, from);
  const next = useVersion(flow, to);
  useSpokenChange(migration);
  const graphs = { old: old.data?.graph ?? null, next: next.data?.graph ?? null };
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div className={styles.headLine}>
          <h1 className={styles.title}>{wayOf(migration, t)}</h1>
          <MigrationTag status={migration.status} />
        </div>
        <p className={styles.facts}>
          <span>
            {t("plannedBy", { who: migration.planned_by })} <DateTime at={migration.planned_at} />
          </span>
          {migration.started_at !== null && (
            <span>
              {t("startedBy", { who: migration.started_by })} <DateTime at={migration.started_at} />
            </span>
          )}
          {migration.ended_at !== null && (
            <span>
              {t("ended")} <DateTime at={migration.ended_at} />
            </span>
          )}
          {migration.undoes !== null && (
            <Link to={`/flows/${flow}/migrations/${migration.undoes}`}>{t("original")}</Link>
          )}
          {migration.undone_by !== null && (
            <Link to={`/flows/${flow}/migrations/${migration.undone_by}`}>{t("theWayBack")}</Link>
          )}
        </p>
        {migration.reason && <p className={styles.reason}>{t("because", { reason: migration.reason })}</p>}
      </header>
      <Progress migration={migration} />
      <MigrationActions flow={flow} migration={migration} />
      <Reasons migration={migration} graph={graphs.old} />
      <MigratingRuns flow={flow} migration={migration} graphs={graphs} />
    </div>
  );
}

/** What the server has done meanwhile is said, too. */
function useSpokenChange(migration: MigrationDetail): void {
  const { t } = useTranslation("migration");
  const before = useRef(migration.status);
  const { status, counts } = migration;
  useEffect(() => {
    if (before.current === status) return;
    before.current = status;
    announce(t(`spoken.${status}`, { migrated: counts.migrated, stayed: counts.stayed }));
  }, [status, counts.migrated, counts.stayed, t]);
}
