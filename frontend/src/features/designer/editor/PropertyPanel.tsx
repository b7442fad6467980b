/** What the selected thing can be told. Not modal; Escape goes back to its card. */
import { type KeyboardEvent, type ReactElement, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { edgeOf, type Graph, nodeOf } from "@/graph/document";
import { stopOf } from "@/graph/navigation";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import { JumpPanel } from "./JumpPanel";
import { NodePanel } from "./NodePanel";

export function PropertyPanel(): ReactElement {
  const { t } = useTranslation("designer");
  const { store } = useEditor();
  const selected = useEditorState((state) => state.selected);
  const graph = useEditorState((state) => state.document.graph);
  const turn = useEditorState((state) => state.panelTurn);
  const panel = useRef<HTMLElement>(null);
  useFirstField(panel, turn);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented || selected === null) return;
    event.stopPropagation();
    store.getState().goTo(selected);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape leaves the panel from everywhere inside
    <aside
      ref={panel}
      className={styles.panel}
      aria-label={t("region.panel")}
      data-region
      onKeyDown={onKeyDown}
    >
      {selected === null ? (
        <p className={styles.panelEmpty}>{t("panel.empty")}</p>
      ) : (
        <Selected graph={graph} id={selected} />
      )}
    </aside>
  );
}

function Selected({ graph, id }: { graph: Graph; id: string }): ReactElement | null {
  const stop = stopOf(graph, id);
  const edge = stop?.edge == null ? undefined : edgeOf(graph, stop.edge);
  if (stop?.kind === "jump") return edge ? <JumpPanel key={edge.id} edge={edge} /> : null;
  const node = stop && nodeOf(graph, stop.node);
  return node ? <NodePanel key={node.id} node={node} port={edge?.port ?? null} /> : null;
}

/** Puts the focus into the first field of the config, or else the name. */
function useFirstField(panel: React.RefObject<HTMLElement | null>, turn: number): void {
  useEffect(() => {
    if (turn === 0) return;
    const timer = window.setTimeout(() => {
      const fields = "input:not([type=hidden]), textarea, [role=combobox]";
      const config = panel.current?.querySelector("[data-config]")?.querySelector<HTMLElement>(fields);
      (config ?? panel.current?.querySelector<HTMLElement>(fields))?.focus();
    }, 60);
    return () => window.clearTimeout(timer);
  }, [panel, turn]);
}
