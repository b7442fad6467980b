/** The test run: what goes in and what is assumed at the left, the drawing with the way that was taken at the right. */
import { type ReactElement, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { DefinitionSummary, Draft, RehearsedRun } from "@/api/types";
import { GraphView } from "@/graph/GraphView";
import { buildScene } from "@/graph/scene";
import { useNodeTypes, useSpeech } from "@/graph/useSpeech";
import { useLocal } from "@/i18n/local";
import { announce } from "@/ui/announce";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { useDefinition } from "../api/definitions";
import { useDraft } from "../api/draft";
import { useRehearsal } from "../api/rehearsals";
import { CasesPanel } from "./CasesPanel";
import { courseOf, seatsOf } from "./course";
import { Outcome } from "./Outcome";
import styles from "./Rehearsal.module.css";
import { StartForm } from "./StartForm";
import { NEW_WISH, requestOf, type Wish } from "./wish";

export function RehearsalPage(): ReactElement {
  const { t } = useTranslation("rehearsal");
  const { id = "" } = useParams();
  const local = useLocal();
  const definition = useDefinition(id);
  const draft = useDraft(id);
  const types = useNodeTypes();
  usePage([
    { label: t("designer:title"), to: "/flows" },
    { label: local(definition.data?.title) || "…", to: `/flows/${id}` },
    { label: t("title") },
  ]);
  const failed = definition.error ?? draft.error ?? types.error;
  if (failed) {
    const retry = (): void => {
      for (const query of [definition, draft, types]) if (query.isError) void query.refetch();
    };
    return <ErrorState error={failed} onRetry={retry} />;
  }
  if (!definition.data || !draft.data || !types.data) return <Loading label={t("designer:loading.draft")} />;
  return <TestRun key={id} definition={definition.data} draft={draft.data} />;
}

function TestRun({ definition, draft }: { definition: DefinitionSummary; draft: Draft }): ReactElement {
  const { t } = useTranslation("rehearsal");
  const title = useLocal()(definition.title);
  const speech = useSpeech();
  const scene = useMemo(() => buildScene(draft.graph, speech), [draft.graph, speech]);
  const titleOf = (node: string): string => scene.faces.get(node)?.title ?? node;
  const [wish, setWish] = useState<Wish>(NEW_WISH);
  const [shown, setShown] = useState(0);
  const rehearsal = useRehearsal(definition.id);
  const run = rehearsal.data?.runs[shown] ?? rehearsal.data?.runs[0];
  const course = useMemo(() => (run ? courseOf(run) : undefined), [run]);
  const notes = useNotes(run);
  const start = (): void => {
    setShown(0);
    rehearsal.mutate(requestOf(wish, draft.graph, new Date()), {
      onSuccess: () => announce(t("done")),
    });
  };
  return (
    <div className={styles.page}>
      <div className={styles.side}>
        <h1 className={styles.title}>{t("heading", { title })}</h1>
        <p className={styles.banner} role="note">
          {t("banner")}
        </p>
        <StartForm
          wish={wish}
          onChange={setWish}
          graph={draft.graph}
          titleOf={titleOf}
          running={rehearsal.isPending}
          error={rehearsal.error}
          onStart={start}
        />
        {rehearsal.data && (
          <Outcome
            found={rehearsal.data}
            run={run}
            shown={shown}
            onShow={setShown}
            titleOf={titleOf}
            fallback={wish.source === "past"}
          />
        )}
        <CasesPanel definition={definition.id} wish={wish} run={run} graph={draft.graph} titleOf={titleOf} />
      </div>
      <div className={styles.drawing} data-region>
        <GraphView
          graph={draft.graph}
          layout={draft.layout}
          run={course}
          notes={notes}
          label={t("drawing", { title })}
        />
      </div>
    </div>
  );
}

/** Under each card whom it asked. */
function useNotes(run: RehearsedRun | undefined): Record<string, string> {
  const { t } = useTranslation("rehearsal");
  const local = useLocal();
  return useMemo(() => {
    const found: Record<string, string> = {};
    for (const step of run?.steps ?? []) {
      const seats = seatsOf(step).at(-1);
      if (seats)
        found[step.node] = seats.map((seat) => local(seat.name) || seat.key).join(t("ui:list.comma"));
    }
    return found;
  }, [run, t, local]);
}
