/** A draft to look at with what stands against publishing it: a chosen problem is drawn on it. */
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Draft } from "@/api/types";
import { GraphView } from "@/graph/GraphView";
import { problemKey } from "@/graph/shownProblem";
import { useSpeech } from "@/graph/useSpeech";
import { ProblemList } from "./ProblemList";
import styles from "./Shown.module.css";
import { ShownBar } from "./ShownBar";
import { useProblemWords } from "./useProblemWords";
import { useShown } from "./useShown";

export function DraftProblems({ draft, label }: { draft: Draft; label: string }): ReactElement {
  const { t } = useTranslation("designer");
  const speech = useSpeech();
  const words = useProblemWords(draft.graph, speech);
  const [chosen, setChosen] = useState<string | null>(null);
  const drawn = useShown(chosen, draft.problems, draft.graph);
  return (
    <div className={styles.drafted}>
      {draft.problems.length > 0 && (
        <details className={styles.list}>
          <summary>{t("problems.count", { count: draft.problems.length })}</summary>
          <ProblemList
            problems={draft.problems}
            graph={draft.graph}
            types={speech.types}
            tell={words.tell}
            chosen={chosen}
            onChoose={(problem) => setChosen(problemKey(problem))}
          />
        </details>
      )}
      {drawn && (
        <ShownBar
          {...drawn}
          sentence={words.tell(drawn.problem)}
          titleOf={words.titleOf}
          onClear={() => setChosen(null)}
        />
      )}
      <GraphView
        graph={draft.graph}
        layout={draft.layout}
        label={label}
        shown={drawn?.shown}
        calloutWords={(callout) => (drawn ? words.callout(callout, drawn.problem) : "")}
      />
    </div>
  );
}
