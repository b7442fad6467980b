/** All that stands against publishing, each a way to its place. */
import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { nodeOf, textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";

import styles from "./Editor.module.css";
import { useFlowProblem } from "./useFlowProblem";
import { useEditor, useEditorState } from "./editorContext";
import { placeOfProblem } from "./problemCounts";

export function ProblemsDrawer({ onClose }: { onClose: () => void }): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const problems = useEditorState((state) => state.problems);
  const graph = useEditorState((state) => state.document.graph);
  const tell = useFlowProblem();
  const language = currentLanguage();
  return (
    <section className={styles.drawer} aria-label={t("problems.title")} data-region>
      <header className={styles.drawerHead}>
        <h2>{problems.length > 0 ? t("problems.count", { count: problems.length }) : t("problems.none")}</h2>
        {problems.length > 0 && <span className="muted">{t("problems.help")}</span>}
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined aria-hidden />}
          aria-label={t("problems.close")}
          onClick={onClose}
        />
      </header>
      <ul className={styles.drawerList}>
        {problems.map((problem, at) => {
          const place = placeOfProblem(problem, graph);
          const node = place === null ? undefined : nodeOf(graph, place);
          const step = textOf(node?.name, language) || textOf(types.get(node?.type ?? "")?.title, language);
          return (
            <li
              key={`${problem.code} ${problem.node ?? ""} ${problem.edge ?? ""} ${problem.path ?? ""} ${String(at)}`}
            >
              <button
                type="button"
                className={styles.problem}
                data-severity={problem.severity}
                disabled={place === null}
                onClick={() => place !== null && store.getState().goTo(place)}
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
    </section>
  );
}
