/** Keys on the drawing: moving the focus, opening what is selected, putting steps in, zooming. */
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { CanvasInstance } from "@/graph/toFlow";
import type { Slot } from "@/graph/blockLayout";
import { enteringEdges, leavingEdges, placeOf } from "@/graph/commands/places";
import { fitWhole } from "@/graph/fit";
import { directionOf, move, stopOf } from "@/graph/navigation";
import type { Scene } from "@/graph/scene";
import { type Shortcut, useShortcuts } from "@/ui/shortcuts";
import { useEditor } from "./editorContext";
import type { EditorStore } from "./store";
import { onDrawing } from "./useDesignerKeys";

interface CanvasKeys {
  scene: Scene;
  openMenu: (slot: Slot) => void;
  flow: RefObject<CanvasInstance | null>;
}

export function useCanvasKeys({ scene, openMenu, flow }: CanvasKeys): void {
  const { t } = useTranslation("designer");
  const { store } = useEditor();
  const walk = (event: KeyboardEvent): void => {
    const { selected, goTo } = store.getState();
    const direction = directionOf(event.key);
    if (selected !== null && direction) goTo(move(scene.graph, selected, direction));
  };
  const insert = (side: "before" | "after"): void => {
    const { selected, refuse } = store.getState();
    const slot = selected === null ? null : slotBeside(scene, selected, side);
    if (slot) openMenu(slot);
    else refuse({ refused: side === "before" ? "beforeStart" : "afterEnd", params: {} });
  };
  const here = (name: string, keys: string[], run: Shortcut["run"]): Shortcut => ({
    keys,
    label: t(`canvasKey.${name}`),
    run,
    where: onDrawing,
  });
  useShortcuts(t("region.canvas"), [
    here("step", ["ArrowDown", "ArrowUp"], walk),
    here("branch", ["ArrowRight", "ArrowLeft"], walk),
    here("ends", ["Home", "End"], walk),
    here("open", ["Enter"], () => openSelected(scene, store)),
    here("insertAfter", ["a"], () => insert("after")),
    here("insertBefore", ["shift+a"], () => insert("before")),
    here("zoomIn", ["+", "="], () => void flow.current?.zoomIn()),
    here("zoomOut", ["-"], () => void flow.current?.zoomOut()),
    here("fullSize", ["0"], () => void flow.current?.zoomTo(1)),
    here("fit", ["1"], () => void fitWhole(flow.current)),
  ]);
}

/** A jump leads to where it goes, anything else to its properties. */
function openSelected(scene: Scene, store: EditorStore): void {
  const { selected, goTo, openPanel } = store.getState();
  const stop = selected === null ? undefined : stopOf(scene.graph, selected);
  if (stop?.kind === "jump") goTo(stop.node);
  else if (stop) openPanel();
}

/** The slot that "insert after" or "insert before" means for what is selected. */
export function slotBeside(scene: Scene, id: string, side: "before" | "after"): Slot | null {
  const stop = stopOf(scene.graph, id);
  if (!stop) return null;
  const edges =
    stop.kind === "node"
      ? side === "before"
        ? enteringEdges(scene.graph, stop.node)
        : leavingOf(scene, stop.node)
      : stop.edge === null
        ? []
        : [stop.edge];
  if (edges.length === 0) return null;
  const known = scene.layout.slots.find((slot) => edges.every((edge) => slot.edges.includes(edge)));
  if (known && known.edges.length === edges.length) return known;
  const box = scene.layout.nodes.get(stop.node);
  const y = box ? (side === "before" ? box.y - 28 : box.y + box.height + 28) : 0;
  const x = box ? box.x + box.width / 2 : 0;
  return {
    id: `slot:${edges.join(",")}`,
    edges,
    x,
    y,
    after: stop.kind === "branch" ? id : stop.node,
    before: "",
  };
}

function leavingOf(scene: Scene, id: string): string[] {
  const place = placeOf(scene.graph, id);
  return place ? leavingEdges(scene.graph, place.item) : [];
}
