/** The panel of a line that the tree shows as a jump. */
import { Button, InputNumber } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/form/Field";
import { setRounds } from "@/graph/commands/configure";
import { type GraphEdge, nodeOf, textOf } from "@/graph/document";
import { NodeIcon } from "@/graph/NodeIcon";
import { currentLanguage } from "@/i18n/index";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import { ExitsPanel } from "./ExitsPanel";

export function JumpPanel({ edge }: { edge: GraphEdge }): ReactElement {
  const { t } = useTranslation("designer");
  const { store, types } = useEditor();
  const graph = useEditorState((state) => state.document.graph);
  const language = currentLanguage();
  const from = nodeOf(graph, edge.from);
  const target = nodeOf(graph, edge.to);
  const nameOf = (node: typeof from): string =>
    textOf(node?.name, language) || textOf(types.get(node?.type ?? "")?.title, language);
  const id = `rounds-${edge.id}`;
  return (
    <>
      <header className={styles.panelHead}>
        <span className={styles.typeIcon}>
          <NodeIcon name={edge.kind === "back" ? "back" : "jump"} />
        </span>
        <h2>{t(edge.kind === "back" ? "jump.back" : "jump.to", { step: nameOf(target) })}</h2>
      </header>
      <div className={styles.panelBody}>
        <p className="muted">{t("jump.help", { from: nameOf(from), to: nameOf(target) })}</p>
        <Button onClick={() => store.getState().goTo(edge.to)}>
          {t("jump.go", { step: nameOf(target) })}
        </Button>
        {edge.kind === "back" && (
          <div data-config>
            <Field id={id} label={t("jump.rounds")} help={t("jump.roundsHelp")}>
              <InputNumber
                id={id}
                min={1}
                max={1000}
                precision={0}
                value={edge.max_rounds ?? null}
                onChange={(rounds) => {
                  if (rounds !== null)
                    store.getState().run(setRounds(store.getState().document, edge.id, rounds), {
                      keepFocus: true,
                      quiet: true,
                    });
                }}
              />
            </Field>
          </div>
        )}
        {from && <ExitsPanel node={from} />}
      </div>
    </>
  );
}
