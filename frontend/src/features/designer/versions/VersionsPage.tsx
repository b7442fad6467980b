/** What was published when and by whom; each version can be looked at and taken as the draft again. */
import { App, Button } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { hasRole, useCurrentUser } from "@/api/session";
import type { VersionSummary } from "@/api/types";
import { GraphView } from "@/graph/GraphView";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useProblemText } from "@/ui/problemText";
import { definitionsKey, useDefinition } from "../api/definitions";
import { readDraft, saveDraft } from "../api/draft";
import { useVersion, useVersions } from "../api/versions";
import { focusOnShow } from "../focusOnShow";
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
  const shown = version === undefined ? (rows[0]?.version ?? null) : Number(version);
  return (
    <div className={styles.page}>
      <section className={styles.list} aria-label={t("versions.list")} data-region>
        <h1 className={styles.title}>{t("versions.title", { title })}</h1>
        <VersionList rows={rows} id={id} shown={shown} live={definition.data?.live_version ?? null} />
      </section>
      {shown !== null && <VersionDrawing key={shown} id={id} version={shown} title={title} />}
    </div>
  );
}

interface VersionListProps {
  rows: VersionSummary[];
  id: string;
  shown: number | null;
  live: number | null;
}

function VersionList({ rows, id, shown, live }: VersionListProps): ReactElement {
  const { t } = useTranslation("designer");
  if (rows.length === 0)
    return <EmptyState title={t("versions.empty")}>{t("versions.emptyHelp")}</EmptyState>;
  return (
    <ul>
      {rows.map((row) => (
        <li key={row.version}>
          <VersionRow row={row} id={id} shown={row.version === shown} live={row.version === live} />
        </li>
      ))}
    </ul>
  );
}

function VersionRow({
  row,
  id,
  shown,
  live,
}: {
  row: VersionSummary;
  id: string;
  shown: boolean;
  live: boolean;
}): ReactElement {
  const { t } = useTranslation("designer");
  return (
    <Link
      to={`/flows/${id}/versions/${row.version}`}
      className={styles.row}
      aria-current={shown ? "true" : undefined}
    >
      <span className={styles.rowHead}>
        <strong>v{row.version}</strong>
        {live && <span className={styles.live}>{t("versions.live")}</span>}
        <span className={styles.when}>
          <DateTime at={row.published_at} />
        </span>
      </span>
      <span className="muted">{t("versions.by", { who: row.published_by, count: row.running })}</span>
      {row.note && <span className={styles.note}>{row.note}</span>}
    </Link>
  );
}

function VersionDrawing({
  id,
  version,
  title,
}: {
  id: string;
  version: number;
  title: string;
}): ReactElement {
  const { t } = useTranslation("designer");
  const found = useVersion(id, version);
  const user = useCurrentUser();
  const [asking, setAsking] = useState(false);
  const restore = useRestore(id);
  const edits = hasRole(user, "designer");
  return (
    <section className={styles.drawing} aria-label={t("versions.drawing", { version })} data-region>
      <header className={styles.drawingHead}>
        <h2>v{version}</h2>
        {edits && !asking && <Button onClick={() => setAsking(true)}>{t("versions.restore")}</Button>}
        {asking && (
          <div className={styles.ask} role="group" aria-label={t("versions.restore")}>
            <span>{t("versions.ask", { version })}</span>
            <Button onClick={() => setAsking(false)}>{t("publish.cancel")}</Button>
            <Button
              type="primary"
              ref={focusOnShow}
              loading={restore.isPending}
              disabled={!found.data}
              onClick={() => found.data && restore.mutate(found.data)}
            >
              {t("versions.restore")}
            </Button>
          </div>
        )}
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

/** The version becomes the draft; the draft that was is in nobody's way, for it has not been published. */
function useRestore(id: string) {
  const { t } = useTranslation("designer");
  const { message } = App.useApp();
  const tell = useProblemText();
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (version: {
      version: number;
      graph: Parameters<typeof saveDraft>[2]["graph"];
      layout: Record<string, unknown>;
    }) => {
      const { revision } = await readDraft(id);
      await saveDraft(id, revision, { graph: version.graph, layout: version.layout });
      return version.version;
    },
    onSuccess: async (version) => {
      client.removeQueries({ queryKey: ["draft", id] });
      await client.invalidateQueries({ queryKey: definitionsKey });
      void message.success(t("versions.restored", { version }));
      await navigate(`/flows/${id}`);
    },
    onError: (error) => void message.error(tell(error)),
  });
}
