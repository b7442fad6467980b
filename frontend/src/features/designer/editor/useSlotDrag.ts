/** Dragging a step from the palette or by a card's handle: our own ghost, lit slots, Escape cancels, edges pan. */
import { useCallback, useEffect, useRef } from "react";
import type { StoreApi } from "zustand";
import type { Slot } from "@/graph/blockLayout";
import type { CanvasInstance } from "@/graph/toFlow";
import type { CanvasState, DragState } from "@/graph/canvasContext";

const REACH_PX = 90;
const PAN_ZONE_PX = 48;
const PAN_STEP = 14;
const THRESHOLD_PX = 5;

export interface DragSource {
  kind: DragState["kind"];
  id: string;
  title: string;
}

interface Surroundings {
  store: StoreApi<CanvasState>;
  frame: () => HTMLElement | null;
  flow: () => CanvasInstance | null;
  slots: () => readonly Slot[];
  onDrop: (source: DragSource, slot: Slot) => void;
}

type Start = { clientX: number; clientY: number; pointerId: number };

export function useSlotDrag(
  surroundings: Surroundings,
): (event: Start, source: DragSource, onClick?: () => void) => void {
  const latest = useRef(surroundings);
  useEffect(() => {
    latest.current = surroundings;
  });
  return useCallback((event, source, onClick) => track(event, source, () => latest.current, onClick), []);
}

function track(start: Start, source: DragSource, around: () => Surroundings, onClick?: () => void): void {
  let dragging = false;
  // What comes from the palette crosses the edge on its way in: edges pan only once it has been further inside.
  let arrived = false;
  let timer = 0;
  let pointer = { x: start.clientX, y: start.clientY };
  const update = (): void => {
    const { store } = around();
    store.setState({ drag: { ...source, ...pointer, slot: nearest(around(), pointer) } });
  };
  const pan = (): void => {
    const { frame, flow } = around();
    const box = frame()?.getBoundingClientRect();
    const instance = flow();
    if (!box || !instance) return;
    const by = { x: push(pointer.x, box.left, box.right), y: push(pointer.y, box.top, box.bottom) };
    arrived ||= by.x === 0 && by.y === 0 && holds(box, pointer);
    if (!arrived || (by.x === 0 && by.y === 0)) return;
    const view = instance.getViewport();
    void instance.setViewport({ ...view, x: view.x + by.x, y: view.y + by.y });
    update();
  };
  const onMove = (event: PointerEvent): void => {
    if (event.pointerId !== start.pointerId) return;
    pointer = { x: event.clientX, y: event.clientY };
    const moved = Math.hypot(pointer.x - start.clientX, pointer.y - start.clientY);
    if (!dragging && moved < THRESHOLD_PX) return;
    if (!dragging) timer = window.setInterval(pan, 16);
    dragging = true;
    update();
  };
  const stop = (): void => {
    window.clearInterval(timer);
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", stop);
    window.removeEventListener("keydown", onKey, true);
    around().store.setState({ drag: null });
  };
  const onUp = (event: PointerEvent): void => {
    if (event.pointerId !== start.pointerId) return;
    const slot = dragging ? nearest(around(), { x: event.clientX, y: event.clientY }) : null;
    stop();
    if (!dragging) onClick?.();
    else if (slot) around().onDrop(source, slot);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  };
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", stop);
  window.addEventListener("keydown", onKey, true);
}

function holds(box: DOMRect, { x, y }: { x: number; y: number }): boolean {
  return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
}

function nearest({ frame, flow, slots }: Surroundings, pointer: { x: number; y: number }): Slot | null {
  const box = frame()?.getBoundingClientRect();
  const instance = flow();
  if (!box || !instance) return null;
  if (!holds(box, pointer)) return null;
  const at = instance.screenToFlowPosition(pointer);
  const reach = REACH_PX / Math.min(1, instance.getZoom());
  let best: Slot | null = null;
  let distance = reach;
  for (const slot of slots()) {
    // A slot is a wide bar: sideways counts less than up and down.
    const far = Math.hypot((slot.x - at.x) / 2.5, slot.y - at.y);
    if (far < distance) {
      best = slot;
      distance = far;
    }
  }
  return best;
}

function push(at: number, from: number, to: number): number {
  if (at < from || at > to) return 0;
  if (at < from + PAN_ZONE_PX) return PAN_STEP;
  return at > to - PAN_ZONE_PX ? -PAN_STEP : 0;
}
