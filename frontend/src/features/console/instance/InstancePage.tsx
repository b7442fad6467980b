import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import type { InterventionKind } from "@/api/types";
import { GraphView } from "@/graph/GraphView";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useReturnFocus } from "@/ui/returnFocus";
import { usePhone } from "@/ui/useMediaQuery";
import { useHistory } from "../api/history";
import { type Run, useInstance } from "../api/instance";
import { InterventionDialog } from "../intervention/InterventionDialog";
import { useSubjectTitle } from "../subjectTitle";
import styles from "./Instance.module.css";
import { InstanceHead } from "./InstanceHead";
import { RunTabs, type TabKey } from "./RunTabs";
import { Split } from "./Split";
import { useNotes } from "./useNotes";
import { useRunKeys } from "./useRunKeys";

const KINDS: InterventionKind[] = ["force-advance", "cancel", "retry", "skip", "migrate"];

/** The open dialog is in the address, so that a list can lead straight to it. */
function useDialog(can: readonly InterventionKind[]) {
  const [params, setParams] = useSearchParams();
  const asked = KINDS.find((kind) => kind === params.get("do"));
  const set = (kind: InterventionKind | null) => {
    const next = new URLSearchParams(params);
    if (kind) next.set("do", kind);
    else next.delete("do");
    setParams(next, { replace: true });
  };
  const open = asked && can.includes(asked) ? asked : null;
  const remember = useReturnFocus(open !== null, () => document.querySelector("[data-actions] button, h1"));
  const act = (kind: InterventionKind) => {
    remember();
    set(kind);
  };
  return { open, act, close: () => set(null) };
}

function RunPage({ run }: { run: Run }) {
  const { t } = useTranslation("console");
  const phone = usePhone();
  const [tab, setTab] = useState<TabKey>("timeline");
  const [node, setNode] = useState<string | null>(null);
  const history = useHistory(run.id, run.status === "running");
  const notes = useNotes(run, history.data?.results ?? []);
  const dialog = useDialog(run.can);
  const drawing = useRunKeys({
    can: run.can,
    act: dialog.act,
    showTimeline: () => {
      setTab("timeline");
      document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
    },
  });
  const select = (chosen: string) => {
    setNode((before) => (before === chosen ? null : chosen));
    setTab("timeline");
  };

  const left = (
    <div ref={drawing} className={styles.drawing} data-region>
      <GraphView
        graph={run.graph}
        layout={run.layout}
        run={run}
        selected={node}
        onSelect={select}
        notes={notes}
        label={t("page.drawing")}
      />
    </div>
  );
  const right = (
    <RunTabs
      run={run}
      history={history}
      tab={tab}
      onTab={setTab}
      node={node}
      onClearNode={() => setNode(null)}
    />
  );
  return (
    <div className={styles.page}>
      <InstanceHead run={run} onAct={dialog.act} />
      {phone ? (
        <>
          {left}
          {right}
        </>
      ) : (
        <Split label={t("page.split")} left={left} right={right} />
      )}
      {dialog.open && (
        <InterventionDialog key={dialog.open} kind={dialog.open} run={run} onClose={dialog.close} />
      )}
    </div>
  );
}

export function InstancePage() {
  const { t } = useTranslation("console");
  const titleOf = useSubjectTitle();
  const { id = "" } = useParams();
  const query = useInstance(id);
  const title = query.data ? titleOf(query.data.subject) : t("page.title");
  usePage([{ label: t("list.title"), to: "/console" }, { label: title }]);
  if (query.data) return <RunPage key={id} run={query.data} />;
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{t("page.title")}</h1>
      {query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading label={t("page.loading")} onRetry={() => void query.refetch()}>
          <SkeletonLines widths={["40%", "60%", "100%", "100%", "90%"]} />
        </Loading>
      )}
    </div>
  );
}
