import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { DefinitionSummary } from "@/api/types";
import type { NodeTypes } from "@/graph/commands/nodeKit";
import type { Speech } from "@/graph/describe";
import type { EditorActions, EditorState, EditorStore } from "./store";

export interface EditorContextValue {
  store: EditorStore;
  types: NodeTypes;
  speech: Speech;
  definition: DefinitionSummary;
  saveNow: () => Promise<boolean>;
}

export const EditorContext = createContext<EditorContextValue | null>(null);

export function useEditor(): EditorContextValue {
  const value = useContext(EditorContext);
  if (!value) throw new Error("The parts of the designer need an EditorContext.");
  return value;
}

export function useEditorState<T>(select: (state: EditorState & EditorActions) => T): T {
  return useStore(useEditor().store, select);
}
