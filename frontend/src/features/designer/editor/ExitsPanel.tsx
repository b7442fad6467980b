/** Where each exit of a step leads: the way to draw lines that the tree has no place for. */
import { Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/form/Field";
import { connect, connectToEnd } from "@/graph/commands/configure";
import { isStart, portsOf } from "@/graph/commands/nodeKit";
import { portName } from "@/graph/describe";
import { branchesOf, type GraphNode, outgoing, textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";

/** No id of a step begins with this sign. */
const NEW = "+";

export function ExitsPanel({ node }: { node: GraphNode }): ReactElement | null {
  const { t } = useTranslation("designer");
  const { store, types, speech } = useEditor();
  const graph = useEditorState((state) => state.document.graph);
  const language = currentLanguage();
  const ports = portsOf(node, types);
  if (ports.length < 2 && outgoing(graph, node.id).length > 0) return null;
  const targets = graph.nodes
    .filter((one) => one.id !== node.id && !isStart(one, types))
    .map((one) => ({
      value: one.id,
      label: textOf(one.name, language) || textOf(types.get(one.type)?.title, language) || one.id,
    }));
  const ends = [...types.values()]
    .filter((type) => type.is_end)
    .map((type) => ({
      value: `${NEW}${type.type}`,
      label: t("exits.newEnd", { end: textOf(type.title, language) }),
    }));
  const lead = (port: string, to: string): void => {
    const { document, run } = store.getState();
    const end = to.startsWith(NEW) ? types.get(to.slice(NEW.length)) : undefined;
    const outcome = end
      ? connectToEnd(document, node.id, port, end)
      : connect(document, node.id, port, to, types);
    run(outcome, { keepFocus: true });
  };
  const nameOf = (port: string): string => {
    const branch = branchesOf(node).find((one) => one.port === port);
    return branch ? textOf(branch.name, language) || port : portName(node, port, speech);
  };
  if (ports.length === 0) return null;
  return (
    <section className={styles.exits} aria-label={t("exits.title")}>
      <h3 className={styles.paletteTitle}>{t("exits.title")}</h3>
      {ports.map((port) => {
        const edge = outgoing(graph, node.id).find((one) => one.port === port);
        const id = `exit-${node.id}-${port}`;
        return (
          <Field key={port} id={id} label={nameOf(port)} problems={edge ? [] : [t("exits.open")]}>
            <Select
              id={id}
              showSearch={{ optionFilterProp: "label" }}
              value={edge?.to ?? null}
              placeholder={t("exits.choose")}
              options={[...targets, ...ends]}
              onChange={(to: string | null) => {
                if (to !== null) lead(port, to);
              }}
            />
            {edge?.kind === "back" && (
              <p className="muted">{t("exits.back", { rounds: edge.max_rounds ?? 0 })}</p>
            )}
          </Field>
        );
      })}
    </section>
  );
}
