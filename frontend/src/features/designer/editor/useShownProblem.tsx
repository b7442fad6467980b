/** The problem that is drawn in the editor: over the cards, and in words; the drawing moves so that all of it is seen. */
import { type ReactElement, type RefObject, useEffect } from "react";
import type { Scene } from "@/graph/scene";
import { ShownLayer } from "@/graph/ShownLayer";
import { placesOf } from "@/graph/shownProblem";
import type { CanvasInstance } from "@/graph/toFlow";
import { useEditor, useEditorState } from "./editorContext";
import { ShownBar } from "./ShownBar";
import { useFlowWordsOfProblems } from "./useFlowProblem";
import { useShown } from "./useShown";

const PAN_MS = 120;
const ROOM = 0.2;

export function useShownProblem(
  scene: Scene,
  flow: RefObject<CanvasInstance | null>,
): { layer: ReactElement | null; bar: ReactElement | null } {
  const { store } = useEditor();
  const chosen = useEditorState((state) => state.shown);
  const problems = useEditorState((state) => state.problems);
  const turn = useEditorState((state) => state.focus?.turn);
  const words = useFlowWordsOfProblems();
  const drawn = useShown(chosen, problems, scene.graph);
  const isShown = drawn !== null;
  useEffect(() => {
    if (!drawn) return;
    const nodes = placesOf(drawn.shown).map((id) => ({ id }));
    const zoom = flow.current?.getZoom() ?? 1;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    void flow.current?.fitView({ nodes, maxZoom: zoom, padding: ROOM, duration: still ? 0 : PAN_MS });
    // Only when a problem is chosen (again): afterwards the drawing is moved by the person alone.
  }, [chosen, turn, isShown]); // eslint-disable-line react-hooks/exhaustive-deps
  if (!drawn) return { layer: null, bar: null };
  return {
    layer: (
      <ShownLayer
        scene={scene}
        shown={drawn.shown}
        words={(callout) => words.callout(callout, drawn.problem)}
      />
    ),
    bar: (
      <ShownBar
        {...drawn}
        sentence={words.tell(drawn.problem)}
        titleOf={words.titleOf}
        onClear={() => store.getState().clearShown()}
      />
    ),
  };
}
