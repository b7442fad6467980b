/** What can be put into a flow: drag it, or Enter to put it behind the selected step. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { NodeTypeInfo } from "@/api/types";
import { insertAfter, insertOnEdges } from "@/graph/commands/insert";
import { accentOf } from "@/graph/describe";
import { textOf } from "@/graph/document";
import { stopOf } from "@/graph/navigation";
import { NodeIcon } from "@/graph/NodeIcon";
import { currentLanguage } from "@/i18n/index";
import styles from "./Editor.module.css";
import { useEditor } from "./editorContext";
import { CATEGORIES, offeredTypes } from "./offeredTypes";
import type { DragSource } from "./useSlotDrag";

export type StartDrag = (
  event: { clientX: number; clientY: number; pointerId: number },
  source: DragSource,
  onClick?: () => void,
) => void;

export function Palette({ startDrag }: { startDrag: StartDrag }): ReactElement {
  const { t } = useTranslation("designer");
  const { types } = useEditor();
  const offered = offeredTypes(types);
  return (
    <div className={styles.palette}>
      <p className={styles.paletteHelp}>{t("palette.help")}</p>
      {CATEGORIES.map((category) => {
        const members = offered.filter((type) => type.category === category);
        if (members.length === 0) return null;
        return (
          <section key={category} aria-label={t(`category.${category}`)}>
            <h2 className={styles.paletteTitle}>{t(`category.${category}`)}</h2>
            <ul className={styles.paletteList}>
              {members.map((type) => (
                <li key={type.type}>
                  <PaletteItem type={type} startDrag={startDrag} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

function PaletteItem({ type, startDrag }: { type: NodeTypeInfo; startDrag: StartDrag }): ReactElement {
  const { store, types } = useEditor();
  const title = textOf(type.title, currentLanguage());
  const insert = (): void => {
    const { selected, document, run, openPanel } = store.getState();
    const stop = selected === null ? undefined : stopOf(document.graph, selected);
    if (!stop) return;
    const options = { types };
    const outcome =
      stop.kind !== "node" && stop.edge !== null
        ? insertOnEdges(document, [stop.edge], type, options)
        : insertAfter(document, stop.node, type, options);
    if (run(outcome)) openPanel();
  };
  return (
    <button
      type="button"
      className={styles.paletteItem}
      data-accent={accentOf(type.type, type)}
      title={textOf(type.description, currentLanguage())}
      onPointerDown={(event) => {
        if (event.button === 0) startDrag(event, { kind: "type", id: type.type, title }, insert);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        insert();
      }}
    >
      <span className={styles.typeIcon}>
        <NodeIcon name={type.icon} />
      </span>
      {title}
    </button>
  );
}
