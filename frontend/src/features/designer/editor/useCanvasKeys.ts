/** Keys on the drawing: moving the focus, opening what is selected, putting steps in, zooming. */
import { type KeyboardEvent, type RefObject, useCallback } from "react";
import type { CanvasInstance } from "@/graph/Canvas";
import type { Slot } from "@/graph/blockLayout";
import { leavingEdges, placeOf } from "@/graph/commands/places";
import { enteringEdges } from "@/graph/commands/places";
import { fitWhole } from "@/graph/fit";
import { directionOf, move, stopOf } from "@/graph/navigation";
import type { Scene } from "@/graph/scene";
import { isComposing } from "@/ui/shortcuts";
import { usePreferences } from "@/ui/preferences";
import { useEditor } from "./editorContext";
import type { EditorStore } from "./store";

interface CanvasKeys {
  scene: Scene;
  openMenu: (slot: Slot) => void;
  flow: RefObject<CanvasInstance | null>;
}

export function useCanvasKeys({
  scene,
  openMenu,
  flow,
}: CanvasKeys): (event: KeyboardEvent<HTMLDivElement>) => void {
  const { store } = useEditor();
  return useCallback(
    (event) => {
      if (isComposing(event.nativeEvent) || event.ctrlKey || event.metaKey || event.altKey) return;
      const onCard =
        event.target instanceof HTMLElement && event.target.classList.contains("react-flow__node");
      if (!onCard) return;
      const used =
        walk(event.key, event.shiftKey, scene, store) || letter(event, { scene, openMenu, flow }, store);
      if (!used) return;
      event.preventDefault();
      event.stopPropagation();
    },
    [scene, openMenu, flow, store],
  );
}

function walk(key: string, shift: boolean, scene: Scene, store: EditorStore): boolean {
  const { selected, goTo, openPanel } = store.getState();
  if (selected === null) return false;
  const direction = shift ? null : directionOf(key);
  if (direction) {
    goTo(move(scene.graph, selected, direction));
    return true;
  }
  if (key !== "Enter") return false;
  const stop = stopOf(scene.graph, selected);
  if (stop?.kind === "jump") goTo(stop.node);
  else openPanel();
  return true;
}

function letter(event: KeyboardEvent, { scene, openMenu, flow }: CanvasKeys, store: EditorStore): boolean {
  if (!usePreferences.getState().singleKeys) return false;
  const key = event.key.toLowerCase();
  const { selected } = store.getState();
  if (key === "a" && selected !== null) {
    const slot = slotBeside(scene, selected, event.shiftKey ? "before" : "after");
    if (slot) openMenu(slot);
    else store.getState().refuse({ refused: event.shiftKey ? "beforeStart" : "afterEnd", params: {} });
    return true;
  }
  const zoom = ZOOM[key];
  if (!zoom) return false;
  zoom(flow.current);
  return true;
}

const ZOOM: Record<string, (flow: CanvasInstance | null) => void> = {
  "+": (flow) => void flow?.zoomIn(),
  "=": (flow) => void flow?.zoomIn(),
  "-": (flow) => void flow?.zoomOut(),
  "0": (flow) => void flow?.zoomTo(1),
  "1": (flow) => void fitWhole(flow),
};

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
