/** All that stands against publishing, each a way to its place. */
import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";

import styles from "./Editor.module.css";
import { useFlowProblem } from "./useFlowProblem";
import { useEditor, useEditorState } from "./editorContext";
import { ProblemList } from "./ProblemList";

export function ProblemsDrawer({ onClose }: { onClose: () => void }): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const problems = useEditorState((state) => state.problems);
  const graph = useEditorState((state) => state.document.graph);
  const tell = useFlowProblem();
  const shown = useEditorState((state) => state.shown);
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
      <ProblemList
        problems={problems}
        graph={graph}
        types={types}
        tell={tell}
        chosen={shown}
        onChoose={(problem, place) => store.getState().showProblem(problem, place)}
      />
    </section>
  );
}
