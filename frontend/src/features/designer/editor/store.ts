/** The state of one open draft: the document, its history, what is selected, and how it stands with the server. */
import { createStore, type StoreApi } from "zustand";
import type { Problem } from "@/api/types";
import type { FlowDocument } from "@/graph/document";
import { nodeOf } from "@/graph/document";
import { type Change, isRefusal, type Outcome, type Refusal, type Said } from "@/graph/commands/edit";
import { EMPTY_HISTORY, type History, perform, redo, undo } from "@/graph/commands/history";
import { stopOf, stopsOf } from "@/graph/navigation";
import { problemKey } from "@/graph/shownProblem";

export type SaveState = "saved" | "unsaved" | "saving" | "failed" | "conflict";

/** Something to tell: what was done or why it was not. `turn` makes equal messages different. */
export interface Notice {
  turn: number;
  kind: "done" | "undone" | "redone" | "refused";
  said: Said;
  command: string;
}

export interface EditorState {
  document: FlowDocument;
  history: History;
  selected: string | null;
  /** Asks the canvas for the focus. */
  focus: { id: string; turn: number } | null;
  problems: Problem[];
  /** The key of the problem that is drawn. */
  shown: string | null;
  revision: number;
  save: SaveState;
  /** The document as the server has it. */
  saved: FlowDocument;
  savedAt: number | null;
  notice: Notice | null;
  panelTurn: number;
}

export interface EditorActions {
  run: (outcome: Outcome, options?: { keepFocus?: boolean; quiet?: boolean }) => boolean;
  undo: () => void;
  redo: () => void;
  select: (id: string | null) => void;
  /** Selects and moves the focus there. */
  goTo: (id: string) => void;
  /** Draws a problem, and goes to its place. */
  showProblem: (problem: Problem, place: string) => void;
  clearShown: () => void;
  openPanel: () => void;
  refuse: (refusal: Refusal) => void;
  replaceDocument: (document: FlowDocument, revision: number, problems: Problem[]) => void;
  patch: (change: Partial<Pick<EditorState, "problems" | "revision" | "save" | "saved" | "savedAt">>) => void;
}

export type EditorStore = StoreApi<EditorState & EditorActions>;

export interface Loaded {
  document: FlowDocument;
  revision: number;
  problems: Problem[];
}

let turn = 0;

export function createEditorStore(loaded: Loaded): EditorStore {
  const first = stopsOf(loaded.document.graph)[0]?.id ?? null;
  return createStore<EditorState & EditorActions>((set, get) => {
    const notice = (kind: Notice["kind"], said: Said, command: string): Notice => ({
      turn: (turn += 1),
      kind,
      said,
      command,
    });
    const show = (id: string | null) =>
      id === null ? {} : { selected: id, focus: { id, turn: (turn += 1) } };
    const step = (
      kind: "undone" | "redone",
      [document, history, change]: [FlowDocument, History, Change | null],
    ): void => {
      if (!change) return;
      const wanted = (kind === "redone" ? change.focus : null) ?? get().selected;
      set({
        document,
        history,
        save: "unsaved",
        ...show(existing(document, wanted)),
        notice: notice(kind, change.said, change.command),
      });
    };
    return {
      ...loaded,
      history: EMPTY_HISTORY,
      selected: first,
      focus: null,
      shown: null,
      save: "saved",
      saved: loaded.document,
      savedAt: null,
      notice: null,
      panelTurn: 0,
      run: (outcome, options = {}) => {
        if (isRefusal(outcome)) {
          get().refuse(outcome);
          return false;
        }
        const [document, history] = perform(get().document, get().history, outcome, Date.now());
        const moves = !options.keepFocus && outcome.focus !== null;
        const focus = moves ? show(existing(document, outcome.focus)) : {};
        const selected = existing(document, get().selected);
        const told = options.quiet ? {} : { notice: notice("done", outcome.said, outcome.command) };
        set({ document, history, save: "unsaved", selected, ...focus, ...told });
        return true;
      },
      undo: () => step("undone", undo(get().document, get().history)),
      redo: () => step("redone", redo(get().document, get().history)),
      select: (id) => set({ selected: id }),
      goTo: (id) => set(show(id)),
      showProblem: (problem, place) => set({ ...show(place), shown: problemKey(problem) }),
      clearShown: () => set({ shown: null }),
      openPanel: () => set({ panelTurn: get().panelTurn + 1 }),
      refuse: (refusal) =>
        set({ notice: notice("refused", { key: refusal.refused, params: refusal.params }, refusal.refused) }),
      replaceDocument: (document, revision, problems) =>
        set({
          document,
          revision,
          problems,
          saved: document,
          history: EMPTY_HISTORY,
          save: "saved",
          selected: existing(document, get().selected),
        }),
      patch: (change) => set(change),
    };
  });
}

/** The id if it still stands on the drawing, else the first thing there. */
function existing(document: FlowDocument, id: string | null): string | null {
  if (id !== null && (nodeOf(document.graph, id) || stopOf(document.graph, id))) return id;
  return stopsOf(document.graph)[0]?.id ?? null;
}
