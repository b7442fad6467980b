/** All flows, and the way to a new one. */
import { Button } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { DefinitionSummary } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { formatDateTime } from "@/ui/dateFormat";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useDefinitions } from "../api/definitions";
import { FlowStatus } from "./FlowStatus";
import { Gallery } from "./Gallery";
import styles from "./Flows.module.css";

export function FlowsPage(): ReactElement {
  const { t } = useTranslation("designer");
  const list = useDefinitions();
  const user = useCurrentUser();
  const [gallery, setGallery] = useState(false);
  usePage([{ label: t("title") }]);
  const edits = hasRole(user, "designer");
  const rows = list.data?.pages.flatMap((page) => page.results) ?? [];
  const create = (
    <Button type="primary" onClick={() => setGallery(true)}>
      {t("list.create")}
    </Button>
  );
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t("title")}</h1>
        <Link className={styles.checkUp} to="/policy">
          {t("policy:link")}
        </Link>
        {edits && create}
      </header>
      {list.isPending && <Loading label={t("loading.list")} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && rows.length === 0 && (
        <EmptyState title={t("list.empty")} action={edits ? create : undefined}>
          {edits ? t("list.emptyHelp") : t("list.emptyReader")}
        </EmptyState>
      )}
      {rows.length > 0 && <FlowTable rows={rows} />}
      {list.hasNextPage && (
        <div className={styles.more}>
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t("list.more")}
          </Button>
        </div>
      )}
      <Gallery open={gallery} onClose={() => setGallery(false)} />
    </div>
  );
}

function FlowTable({ rows }: { rows: DefinitionSummary[] }): ReactElement {
  const { t } = useTranslation("designer");
  const local = useLocal();
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("list.name")}</th>
            <th scope="col">{t("list.status")}</th>
            <th scope="col" className={styles.number}>
              {t("list.running")}
            </th>
            <th scope="col">{t("list.owner")}</th>
            <th scope="col">{t("list.published")}</th>
            <th scope="col">
              <span className="visually-hidden">{t("list.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <Link to={`/flows/${row.id}`} className={styles.name}>
                  {local(row.title)}
                </Link>
                <span className={styles.key}>{row.key}</span>
              </th>
              <td data-label={t("list.status")}>
                <FlowStatus definition={row} />
                {row.planned && (
                  <span className={styles.asleep}>
                    {t("list.planned", {
                      version: row.planned.version,
                      when: formatDateTime(new Date(row.planned.effective_at)),
                    })}
                  </span>
                )}
                {row.asked_to_publish && <span className={styles.asleep}>{t("list.asked")}</span>}
                {row.retired_at === null && row.live_version !== null && row.live_trigger === null && (
                  <span className={styles.asleep}>{t("list.asleep")}</span>
                )}
                {row.draft.problem_count > 0 && (
                  <span className={styles.problems}>
                    {t("problems.count", { count: row.draft.problem_count })}
                  </span>
                )}
              </td>
              <td data-label={t("list.running")} className={`${styles.number ?? ""} num`}>
                {row.running}
              </td>
              <td data-label={t("list.owner")}>{row.owner ?? "—"}</td>
              <td data-label={t("list.published")} className="num">
                {row.published_at ? <DateTime at={row.published_at} /> : "—"}
              </td>
              <td className={styles.actions}>
                <Link
                  to={`/flows/${row.id}/versions`}
                  aria-label={t("list.versionsOf", { title: local(row.title) })}
                >
                  {t("bar.versions")}
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
