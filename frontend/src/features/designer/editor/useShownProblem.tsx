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
/** The words stand above, balloons over what they speak of, and the numbers beside it. */
const ROOM = { top: 112, side: 48 };

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
    if (flow.current) bringIntoSight(flow.current, placesOf(drawn.shown));
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

/** All of it below the words, no larger than it is seen now. */
function bringIntoSight(flow: CanvasInstance, places: string[]): void {
  const frame = document.querySelector(".gv-canvas .react-flow");
  const box = flow.getNodesBounds(places.filter((id) => flow.getNode(id)));
  if (!frame || frame.clientWidth === 0 || box.width === 0) return;
  const wide = frame.clientWidth - 2 * ROOM.side;
  const high = frame.clientHeight - ROOM.top - ROOM.side;
  const zoom = Math.min(flow.getZoom(), wide / box.width, high / box.height);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const x = frame.clientWidth / 2 - (box.x + box.width / 2) * zoom;
  const y = ROOM.top + high / 2 - (box.y + box.height / 2) * zoom;
  void flow.setViewport({ x, y, zoom }, { duration: still ? 0 : PAN_MS });
}
