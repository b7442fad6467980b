import { SafetyCertificateOutlined, SearchOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { AuditEntry } from "@/api/types";
import { usePeople } from "@/graph/useSpeech";
import { useLocal } from "@/i18n/local";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useRowKeys } from "@/ui/rowKeys";
import { type AuditFilter, useAudit } from "../api/audit";
import { useVersionGraphs } from "../api/versionGraphs";
import { nodeTitle } from "../standing";
import { AuditList } from "./AuditList";
import styles from "./Audit.module.css";

const ACTIONS = [
  "instance.force-advance",
  "instance.cancel",
  "instance.retry",
  "instance.skip",
  "instance.migrate",
  "task.transfer",
  "task.release",
  "task.remove-signer",
  "definition.publish",
  "definition.migrate",
  "definition.migrate_back",
  "definition.retire",
  "definition.reinstate",
  "definition.four_eyes",
  "version.go_live",
  "version.blocked",
  "version.withdraw",
  "publish.ask",
  "publish.decline",
  "publish.take_back",
  "connection.declare",
  "connection.retire",
  "message.requeue",
  "message.discard",
] as const;

const NAMES = ["instance", "actor", "action"] as const;

function useAddress(): [AuditFilter, (change: AuditFilter) => void] {
  const [params, setParams] = useSearchParams();
  const filter: AuditFilter = Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? undefined]));
  const change = (wanted: AuditFilter) => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...filter, ...wanted })) if (value) next.set(name, value);
    setParams(next, { replace: true });
  };
  return [filter, change];
}

function Filters({ filter, change }: { filter: AuditFilter; change: (wanted: AuditFilter) => void }) {
  const { t } = useTranslation("console");
  const people = usePeople();
  return (
    <div className={styles.filters}>
      <Select
        aria-label={t("audit.what")}
        className={styles.select ?? ""}
        value={filter.action ?? ""}
        onChange={(action: string) => change({ action })}
        options={[
          { value: "", label: t("audit.allActions") },
          ...ACTIONS.map((action) => ({ value: action, label: t(`audit.action.${action}`) })),
        ]}
      />
      <Select
        aria-label={t("audit.who")}
        className={styles.select ?? ""}
        showSearch={{ optionFilterProp: "label" }}
        value={filter.actor ?? ""}
        loading={people.isPending}
        onChange={(actor: string) => change({ actor })}
        options={[
          { value: "", label: t("audit.everybody") },
          ...(people.data?.results ?? []).map((one) => ({ value: String(one.id), label: one.display_name })),
        ]}
      />
      {filter.instance && <Button onClick={() => change({ instance: "" })}>{t("audit.oneRun")}</Button>}
    </div>
  );
}

/** The log keeps the ids of steps; the drawings of their versions say what they are called. */
function NamedEntries({ entries }: { entries: readonly AuditEntry[] }) {
  const local = useLocal();
  const graphOf = useVersionGraphs(entries.flatMap((entry) => entry.run ?? []));
  const stepTitle = (node: string, { run }: AuditEntry) =>
    local(nodeTitle(node, run && graphOf(run), [])) || node;
  return <AuditList entries={entries} stepTitle={stepTitle} />;
}

function Entries({
  query,
  narrowed,
  onClear,
}: {
  query: ReturnType<typeof useAudit>;
  narrowed: boolean;
  onClear: () => void;
}) {
  const { t } = useTranslation("console");
  if (query.error && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <Loading label={t("audit.loading")} onRetry={() => void query.refetch()}>
        <SkeletonLines widths={["60%", "90%", "40%", "70%", "85%"]} />
      </Loading>
    );
  }
  const entries = query.data.pages.flatMap((page) => page.results);
  if (entries.length > 0) return <NamedEntries entries={entries} />;
  if (narrowed) {
    return (
      <EmptyState
        picture={<SearchOutlined />}
        title={t("audit.noMatch")}
        action={<Button onClick={onClear}>{t("empty.clear")}</Button>}
      />
    );
  }
  return (
    <EmptyState picture={<SafetyCertificateOutlined />} title={t("audit.empty")}>
      {t("audit.emptyWhy")}
    </EmptyState>
  );
}

export function AuditPage() {
  const { t } = useTranslation("console");
  usePage([{ label: t("audit.title") }]);
  const [filter, change] = useAddress();
  const query = useAudit(filter);
  const list = useRowKeys(t("audit.title"), { next: t("keys.next"), previous: t("keys.previous") });
  return (
    <div className={styles.page}>
      <div>
        <h1>{t("audit.title")}</h1>
        <p className="muted">{t("audit.intro")}</p>
      </div>
      <Filters filter={filter} change={change} />
      <div ref={list} className={styles.panel} aria-busy={query.isPlaceholderData}>
        <Entries
          query={query}
          narrowed={NAMES.some((name) => filter[name])}
          onClear={() => change({ instance: "", actor: "", action: "" })}
        />
      </div>
      {query.hasNextPage && (
        <Button
          className={styles.more ?? ""}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("list.more")}
        </Button>
      )}
    </div>
  );
}
