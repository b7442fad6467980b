/** What the parts of the canvas ask whoever holds it: kept apart so that a selection draws two cards and not all. */
import { createContext, useContext } from "react";
import type { StoreApi } from "zustand";
import { useStore } from "zustand";
import type { Slot } from "./blockLayout";

export interface DragState {
  kind: "type" | "node";
  /** The type to insert or the node to move. */
  id: string;
  title: string;
  x: number;
  y: number;
  /** The slot under the pointer. */
  slot: Slot | null;
}

export interface CanvasState {
  selected: string | null;
  problems: ReadonlyMap<string, { count: number; blocking: boolean }>;
  drag: DragState | null;
  openSlot: string | null;
}

export interface CanvasActions {
  select: (id: string) => void;
  openSlot: (slot: Slot) => void;
  slotName: (slot: Slot) => string;
  /** Why what is dragged may not go there, or null. */
  refusal: (slot: Slot) => string | null;
  startDrag: (event: { clientX: number; clientY: number; pointerId: number }, node: string) => void;
  canDrag: (node: string) => boolean;
}

export interface CanvasContextValue {
  store: StoreApi<CanvasState>;
  actions: CanvasActions;
}

export const CanvasContext = createContext<CanvasContextValue | null>(null);

export function useCanvas(): CanvasContextValue {
  const value = useContext(CanvasContext);
  if (!value) throw new Error("The canvas parts need a CanvasContext.");
  return value;
}

export function useCanvasState<T>(select: (state: CanvasState) => T): T {
  return useStore(useCanvas().store, select);
}
