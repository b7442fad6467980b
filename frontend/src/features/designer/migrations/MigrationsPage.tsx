/** Taking running instances over into another version: plan a new migration, and all that there were. */
import { Button } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { Migration } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useDefinition } from "../api/definitions";
import { useMigrations } from "../api/migrations";
import { useVersions } from "../api/versions";
import styles from "./Migrations.module.css";
import { MigrationTag } from "./MigrationTag";
import { PlanForm } from "./PlanForm";

export function MigrationsPage(): ReactElement {
  const { t } = useTranslation("migration");
  const { id = "" } = useParams();
  const [params] = useSearchParams();
  const local = useLocal();
  const definition = useDefinition(id);
  const versions = useVersions(id);
  const may = hasRole(useCurrentUser(), "designer", "supervisor");
  const title = local(definition.data?.title);
  usePage([
    { label: t("designer:title"), to: "/flows" },
    { label: title || "…", to: `/flows/${id}` },
    { label: t("designer:bar.versions"), to: `/flows/${id}/versions` },
    { label: t("title") },
  ]);
  if (versions.isError) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
  if (versions.isPending) return <Loading label={t("designer:loading.versions")} />;
  const from = Number(params.get("from"));
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{t("titleOf", { title })}</h1>
      <p className="muted">{t("intro")}</p>
      {may && <PlanForm flow={id} versions={versions.data.results} from={from > 0 ? from : null} />}
      <History flow={id} />
    </div>
  );
}

function History({ flow }: { flow: string }): ReactElement {
  const { t } = useTranslation("migration");
  const found = useMigrations(flow);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <Loading label={t("loading")} />;
  const rows = found.data.pages.flatMap((page) => page.results);
  return (
    <section className={styles.box} aria-labelledby="migrations-before">
      <h2 id="migrations-before">{t("before")}</h2>
      {rows.length === 0 ? (
        <EmptyState title={t("empty")}>{t("emptyHelp")}</EmptyState>
      ) : (
        <ul className={styles.rows}>
          {rows.map((row) => (
            <li key={row.id}>
              <Row flow={flow} row={row} />
            </li>
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </section>
  );
}

function Row({ flow, row }: { flow: string; row: Migration }): ReactElement {
  const { t } = useTranslation("migration");
  const { counts } = row;
  const key = row.started_at === null ? "would" : "did";
  return (
    <Link to={`/flows/${flow}/migrations/${row.id}`} className={styles.row}>
      <span className={styles.rowHead}>
        <strong className="num">
          {t(row.undoes === null ? "way" : "wayBack", { from: row.from_version, to: row.to_version })}
        </strong>
        <MigrationTag status={row.status} />
        <span className={styles.when}>
          <DateTime at={row.started_at ?? row.planned_at} />
        </span>
      </span>
      <span className="muted">
        {t(`row.${key}`, {
          who: row.started_by ?? row.planned_by,
          go: key === "did" ? counts.migrated : counts.quiet + counts.disturbed,
          stay: key === "did" ? counts.stayed : counts.hindered,
        })}
      </span>
      {row.reason && <span className={styles.reason}>{row.reason}</span>}
    </Link>
  );
}
