/** What was published when and by whom, and where each version stands; any can be looked at, compared and taken again. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { VersionSummary } from "@/api/types";
import { GraphView } from "@/graph/GraphView";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { formatDateTime } from "@/ui/dateFormat";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { StateTag, type Tone } from "@/ui/StateTag";
import { useDefinition } from "../api/definitions";
import { useVersion, useVersions } from "../api/versions";
import { FlowManagement } from "./FlowManagement";
import { VersionActions } from "./VersionActions";
import styles from "./Versions.module.css";

export function VersionsPage(): ReactElement {
  const { t } = useTranslation("designer");
  const { id = "", version } = useParams();
  const local = useLocal();
  const definition = useDefinition(id);
  const list = useVersions(id);
  const title = local(definition.data?.title);
  usePage([
    { label: t("title"), to: "/flows" },
    { label: title || "…", to: `/flows/${id}` },
    { label: t("bar.versions") },
  ]);
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Loading label={t("loading.versions")} />;
  const rows = list.data.results;
  const shown = version === undefined ? rows[0] : rows.find((one) => one.version === Number(version));
  return (
    <div className={styles.page}>
      <section className={styles.list} aria-label={t("versions.list")} data-region>
        <div className={styles.head}>
          <h1 className={styles.title}>{t("versions.title", { title })}</h1>
          {rows.length > 1 && <Link to={`/flows/${id}/migrations`}>{t("versions.migrate")}</Link>}
          {definition.data && <FlowManagement flow={definition.data} />}
        </div>
        <VersionList rows={rows} id={id} shown={shown?.version ?? null} />
      </section>
      {shown && <VersionDrawing key={shown.version} id={id} row={shown} rows={rows} title={title} />}
    </div>
  );
}

interface VersionListProps {
  rows: VersionSummary[];
  id: string;
  shown: number | null;
}

function VersionList({ rows, id, shown }: VersionListProps): ReactElement {
  const { t } = useTranslation("designer");
  if (rows.length === 0)
    return <EmptyState title={t("versions.empty")}>{t("versions.emptyHelp")}</EmptyState>;
  return (
    <ul>
      {rows.map((row) => (
        <li key={row.version}>
          <VersionRow row={row} id={id} shown={row.version === shown} />
        </li>
      ))}
    </ul>
  );
}

const TONES: Record<VersionSummary["status"], Tone> = {
  planned: "info",
  live: "success",
  replaced: "neutral",
  withdrawn: "warning",
  superseded: "neutral",
  blocked: "danger",
};

function VersionRow({ row, id, shown }: { row: VersionSummary; id: string; shown: boolean }): ReactElement {
  const { t } = useTranslation("designer");
  const when = formatDateTime(new Date(row.effective_at));
  return (
    <Link
      to={`/flows/${id}/versions/${row.version}`}
      className={styles.row}
      aria-current={shown ? "true" : undefined}
    >
      <span className={styles.rowHead}>
        <strong>v{row.version}</strong>
        {row.status !== "replaced" && (
          <StateTag tone={TONES[row.status]}>{t(`versions.status.${row.status}`, { when })}</StateTag>
        )}
        <span className={styles.when}>
          <DateTime at={row.published_at} />
        </span>
      </span>
      <span className="muted">{t("versions.by", { who: row.published_by, count: row.running })}</span>
      {row.confirmed_by && (
        <span className="muted">{t("versions.confirmed", { who: row.confirmed_by })}</span>
      )}
      {row.trouble && <span className={styles.trouble}>{t("versions.trouble")}</span>}
      {row.note && <span className={styles.note}>{row.note}</span>}
    </Link>
  );
}

interface VersionDrawingProps {
  id: string;
  row: VersionSummary;
  rows: readonly VersionSummary[];
  title: string;
}

function VersionDrawing({ id, row, rows, title }: VersionDrawingProps): ReactElement {
  const { t } = useTranslation("designer");
  const { version } = row;
  const found = useVersion(id, version);
  return (
    <section className={styles.drawing} aria-label={t("versions.drawing", { version })} data-region>
      <header className={styles.drawingHead}>
        <h2>v{version}</h2>
        <VersionActions id={id} row={row} rows={rows} drawing={found.data} />
      </header>
      <div className={styles.frame}>
        {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
        {found.isPending && <Loading label={t("loading.versions")} />}
        {found.data && (
          <GraphView
            graph={found.data.graph}
            layout={found.data.layout}
            label={t("view.label", { title: `${title} v${version}` })}
          />
        )}
      </div>
    </section>
  );
}
