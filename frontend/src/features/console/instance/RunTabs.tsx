import { Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { hasRole, useCurrentUser } from "@/api/session";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import type { useHistory } from "../api/history";
import type { Run } from "../api/instance";
import { CalledTab } from "./CalledTab";
import { DataTab } from "./DataTab";
import styles from "./Instance.module.css";
import { InterventionsTab } from "./InterventionsTab";
import { PeopleTab } from "./PeopleTab";
import { Timeline } from "./Timeline";

export type TabKey = "timeline" | "data" | "people" | "called" | "interventions";

type Props = {
  run: Run;
  history: ReturnType<typeof useHistory>;
  tab: TabKey;
  onTab: (tab: TabKey) => void;
  node: string | null;
  onClearNode: () => void;
};

/** Everything about the run but its drawing. */
export function RunTabs({ run, history, tab, onTab, node, onClearNode }: Props) {
  const { t } = useTranslation("console");
  const user = useCurrentUser();
  const entries = history.data?.results ?? [];
  const unread = history.error ? (
    <ErrorState error={history.error} onRetry={() => void history.refetch()} />
  ) : (
    <Loading label={t("timeline.loading")} />
  );
  const items = [
    {
      key: "timeline",
      label: t("tab.timeline"),
      children: history.data ? (
        <Timeline history={entries} graph={run.graph} node={node} onClearNode={onClearNode} />
      ) : (
        unread
      ),
    },
    {
      key: "data",
      label: t("tab.data"),
      children: history.data ? <DataTab instance={run} history={entries} /> : unread,
    },
    { key: "people", label: t("tab.people"), children: <PeopleTab run={run} /> },
  ];
  if (run.called.length > 0) {
    items.push({ key: "called", label: t("tab.called"), children: <CalledTab run={run} /> });
  }
  if (hasRole(user, "auditor", "supervisor")) {
    items.push({
      key: "interventions",
      label: t("tab.interventions"),
      children: <InterventionsTab run={run} />,
    });
  }
  return (
    <section className={styles.side} aria-label={t("page.details")} data-region>
      <Tabs activeKey={tab} onChange={(key) => onTab(key as TabKey)} items={items} destroyOnHidden />
    </section>
  );
}
