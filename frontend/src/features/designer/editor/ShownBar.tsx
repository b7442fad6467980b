/** What is drawn of a problem, in words: its sentence, what the marks mean, the way step by step. Escape takes it away. */
import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactElement, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/types";
import { nodesOnWay, problemKey, type ShownProblem } from "@/graph/shownProblem";
import { announce } from "@/ui/announce";
import { useShortcuts } from "@/ui/shortcuts";
import styles from "./Shown.module.css";

export interface ShownBarProps {
  problem: Problem;
  shown: ShownProblem;
  /** What is wrong, in the reader's words. */
  sentence: string;
  titleOf: (node: string) => string;
  onClear: () => void;
}

export function ShownBar({ problem, shown, sentence, titleOf, onClear }: ShownBarProps): ReactElement {
  const { t } = useTranslation("designer");
  const way = nodesOnWay(shown).map(titleOf);
  const legend = legendOf(shown)
    .map((part) => t(`shown.legend.${part}`))
    .join("");
  const listed = way.map((title, at) => `${at + 1} ${title}`).join(t("ui:list.comma"));
  const spoken = [sentence, way.length > 0 ? t("shown.spoken", { way: listed }) : "", t("shown.clearHint")]
    .filter(Boolean)
    .join(" ");
  const key = problemKey(problem);
  useEffect(() => {
    announce(spoken);
    // Said once for each problem, not again when a title on its way changes.
  }, [key]); // eslint-disable-line react-hooks/exhaustive-deps
  const clear = (): void => {
    onClear();
    announce(t("shown.cleared"));
  };
  useShortcuts(t("title"), [{ keys: ["Escape"], label: t("shown.clear"), run: clear }]);
  return (
    <section className={styles.bar} aria-label={t("shown.title")}>
      <span className={shown.severity === "error" ? "gv-badge is-error" : "gv-badge is-warning"}>
        {t(`problems.${shown.severity}`)}
      </span>
      <p className={styles.words}>
        {sentence}
        <span className={styles.legend}>{legend}</span>
      </p>
      {way.length > 0 && (
        <ol className="visually-hidden" aria-label={t("shown.way")}>
          {way.map((title, at) => (
            <li key={`${String(at)} ${title}`}>{title}</li>
          ))}
        </ol>
      )}
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined aria-hidden />}
        aria-label={t("shown.clear")}
        onClick={clear}
      />
    </section>
  );
}

function legendOf(shown: ShownProblem): string[] {
  return [
    ...(shown.way.length > 0 ? [shown.stuck ? "stuck" : "round"] : []),
    ...(shown.marked.length > 0 ? ["marked"] : []),
    ...(shown.callouts.length > 0 ? ["callouts"] : []),
  ];
}
