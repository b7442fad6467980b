import { Button, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { hasRole, useCurrentUser } from "@/api/session";
import { useLocal } from "@/i18n/local";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useRowKeys } from "@/ui/rowKeys";
import { useShortcuts } from "@/ui/shortcuts";
import { useTypedSearch } from "@/ui/typedSearch";
import { usePhone } from "@/ui/useMediaQuery";
import { useDefinitions } from "../api/definitions";
import { DeadLetters } from "../letters/DeadLetters";
import { type InstanceFilter, useInstances } from "../api/instances";
import styles from "./Console.module.css";
import { EmptyList } from "./EmptyList";
import { FilterCards } from "./FilterCards";
import { InstanceCards } from "./InstanceCards";
import { InstanceTable } from "./InstanceTable";
import { type ConsoleFilters, useConsoleAddress } from "./useConsoleAddress";
import { useRows } from "./useRows";
import { belongsTo, countOf, filterOf, type View, VIEWS } from "./views";

function SubjectSearch({ value, onChange }: { value: string; onChange: (subject: string) => void }) {
  const { t } = useTranslation("console");
  const search = useTypedSearch(value, onChange);
  return (
    <Input.Search
      className={styles.search ?? ""}
      value={search.text}
      allowClear
      placeholder={t("list.search")}
      aria-label={t("list.search")}
      onChange={(event) => search.type(event.target.value)}
      onSearch={search.askNow}
    />
  );
}

function Toolbar(props: { filters: ConsoleFilters; change: (change: Partial<ConsoleFilters>) => void }) {
  const { filters, change } = props;
  const { t } = useTranslation("console");
  const local = useLocal();
  const definitions = useDefinitions();
  return (
    <div className={styles.toolbar}>
      <SubjectSearch value={filters.subject} onChange={(subject) => change({ subject })} />
      <Select
        className={styles.flowSelect ?? ""}
        aria-label={t("list.flow")}
        value={filters.flow}
        loading={definitions.isPending}
        onChange={(flow: string) => change({ flow })}
        options={[
          { value: "", label: t("list.allFlows") },
          ...(definitions.data?.results ?? []).map((one) => ({ value: one.key, label: local(one.title) })),
        ]}
      />
    </div>
  );
}

type RunsProps = {
  query: ReturnType<typeof useInstances>;
  filters: ConsoleFilters;
  change: (change: Partial<ConsoleFilters>) => void;
};

/** The list in whichever state it is. */
function Runs({ query, filters, change }: RunsProps) {
  const { t } = useTranslation("console");
  const phone = usePhone();
  const user = useCurrentUser();
  const found = (query.data?.pages ?? []).flatMap((page) => page.results);
  const rows = useRows(found.filter((one) => belongsTo(filters.view, one)));
  if (query.error && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <Loading label={t("list.loading")} onRetry={() => void query.refetch()}>
        <SkeletonLines widths={["96%", "90%", "94%", "88%", "92%", "90%"]} />
      </Loading>
    );
  }
  if (rows.length === 0 && !query.hasNextPage) {
    return (
      <EmptyList
        view={filters.view}
        narrowed={filters.flow !== "" || filters.subject !== ""}
        onClear={() => change({ flow: "", subject: "" })}
        onShowRunning={() => change({ view: "running" })}
      />
    );
  }
  if (phone) return <InstanceCards rows={rows} />;
  return <InstanceTable rows={rows} mayIntervene={hasRole(user, "supervisor")} />;
}

export function ConsolePage() {
  const { t } = useTranslation("console");
  usePage([{ label: t("list.title") }]);
  const [filters, change] = useConsoleAddress();
  const narrowing: InstanceFilter = {
    definition: filters.flow || undefined,
    subject: filters.subject || undefined,
  };
  const stuck = useInstances({ stuck: true, ...narrowing });
  const query = useInstances({ ...filterOf(filters.view), ...narrowing });
  const allStuck = (stuck.data?.pages ?? []).flatMap((page) => page.results);
  const counts = Object.fromEntries(
    VIEWS.map((view) => [view, stuck.data ? countOf(view, allStuck, stuck.hasNextPage) : null]),
  ) as Record<View, string | null>;

  const list = useRowKeys(t("list.title"), { next: t("keys.next"), previous: t("keys.previous") });
  useShortcuts(
    t("list.title"),
    VIEWS.map((view, index) => ({
      keys: [String(index + 1)],
      label: t("keys.show", { view: t(`view.${view}.name`) }),
      run: () => change({ view }),
    })),
  );

  return (
    <div className={styles.page}>
      <h1>{t("list.title")}</h1>
      <FilterCards view={filters.view} counts={counts} onChoose={(view) => change({ view })} />
      <Toolbar filters={filters} change={change} />
      <div ref={list} className={styles.panel} aria-busy={query.isPlaceholderData}>
        <Runs query={query} filters={filters} change={change} />
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
      <DeadLetters />
    </div>
  );
}
