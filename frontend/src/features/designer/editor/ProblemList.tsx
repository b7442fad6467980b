/** What stands against publishing, one line each: choosing one leads to its place and draws it there. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { NodeTypeInfo, Problem } from "@/api/types";
import { type Graph, nodeOf, textOf } from "@/graph/document";
import { problemKey } from "@/graph/shownProblem";
import { currentLanguage } from "@/i18n/index";
import styles from "./Editor.module.css";
import { placeOfProblem } from "./problemCounts";

export interface ProblemListProps {
  problems: readonly Problem[];
  graph: Graph;
  types: ReadonlyMap<string, NodeTypeInfo>;
  tell: (problem: Problem) => string;
  /** The key of the problem that is drawn now. */
  chosen: string | null;
  onChoose: (problem: Problem, place: string) => void;
}

export function ProblemList({
  problems,
  graph,
  types,
  tell,
  chosen,
  onChoose,
}: ProblemListProps): ReactElement {
  const { t } = useTranslation("designer");
  const language = currentLanguage();
  return (
    <ul className={styles.drawerList}>
      {problems.map((problem, at) => {
        const place = placeOfProblem(problem, graph);
        const node = place === null ? undefined : nodeOf(graph, place);
        const step = textOf(node?.name, language) || textOf(types.get(node?.type ?? "")?.title, language);
        const key = problemKey(problem);
        return (
          <li key={`${key} ${String(at)}`}>
            <button
              type="button"
              className={styles.problem}
              data-severity={problem.severity}
              disabled={place === null}
              aria-pressed={key === chosen}
              onClick={() => place !== null && onChoose(problem, place)}
            >
              <span className={problem.severity === "error" ? "gv-badge is-error" : "gv-badge is-warning"}>
                {t(`problems.${problem.severity}`)}
              </span>
              {step && <strong>{step}</strong>}
              <span>{tell(problem)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
