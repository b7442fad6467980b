/** The middle of the designer: the drawing with its keys, its "+" and what is dragged over it. */
import { type ReactElement, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { createStore, useStore } from "zustand";
import { useTranslation } from "react-i18next";
import type { NodeTypeInfo } from "@/api/types";
import { Canvas } from "@/graph/Canvas";
import type { CanvasContextValue, CanvasState } from "@/graph/canvasContext";
import type { Slot } from "@/graph/blockLayout";
import { moveBlock } from "@/graph/commands/arrange";
import { isRefusal } from "@/graph/commands/edit";
import { followingSteps, insertOnEdges, refusesInsert } from "@/graph/commands/insert";
import { isEnd, isFork, isStart } from "@/graph/commands/nodeKit";
import { nodeOf } from "@/graph/document";
import { readableScale } from "@/graph/fit";
import { Overview } from "@/graph/Overview";
import type { Scene } from "@/graph/scene";
import { type CanvasInstance, type FlowParts, type FlowWords, NO_PARTS, toFlow } from "@/graph/toFlow";
import { useTheme } from "@/ui/theme";
import { DragGhost } from "./DragGhost";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import { InsertMenu } from "./InsertMenu";
import { offeredTypes } from "./offeredTypes";
import { useCanvasKeys } from "./useCanvasKeys";
import { useSaid } from "./useSaid";
import { type DragSource, useSlotDrag } from "./useSlotDrag";
import { useShownProblem } from "./useShownProblem";
import { type ProblemCounts, useFlowWords, useSlotName } from "./useSpoken";
import { ZoomTools } from "./ZoomTools";

export interface CanvasPaneProps {
  scene: Scene;
  problems: ProblemCounts;
  minimap: boolean;
  /** Gives the palette a way to start a drag. */
  onDragReady: (
    start: (
      event: { clientX: number; clientY: number; pointerId: number },
      source: DragSource,
      onClick?: () => void,
    ) => void,
  ) => void;
}

export function CanvasPane({ scene, problems, minimap, onDragReady }: CanvasPaneProps): ReactElement {
  const { t } = useTranslation("designer");
  const editor = useEditor();
  const dark = useTheme() === "dark";
  const selected = useEditorState((state) => state.selected);
  const focus = useEditorState((state) => state.focus);
  const frame = useRef<HTMLDivElement>(null);
  const flow = useRef<CanvasInstance | null>(null);
  const [menu, setMenu] = useState<{ slot: Slot; x: number; y: number } | null>(null);
  const canvas = useCanvasStore(selected, problems, menu?.slot.id ?? null);
  const slotName = useSlotName(scene);
  const words = useFlowWords(scene, editor.speech, problems);
  const parts = useParts(scene, selected, words);

  const openMenu = useCallback((slot: Slot): void => {
    const box = frame.current?.getBoundingClientRect();
    const at = flow.current?.flowToScreenPosition({ x: slot.x, y: slot.y });
    if (box && at)
      setMenu({
        slot,
        x: clamp(at.x - box.left + 24, box.width - 300),
        y: clamp(at.y - box.top - 60, box.height - 380),
      });
  }, []);
  const insert = (slot: Slot, type: NodeTypeInfo, following: "after" | "inside"): void => {
    setMenu(null);
    const { run, document, openPanel } = editor.store.getState();
    if (run(insertOnEdges(document, slot.edges, type, { types: editor.types, following }))) openPanel();
  };
  const startDrag = useSlotDrag({
    store: canvas,
    frame: () => frame.current,
    flow: () => flow.current,
    slots: () => scene.layout.slots,
    onDrop: (source, slot) => {
      const { run, document } = editor.store.getState();
      if (source.kind === "node") {
        const outcome = moveBlock(document, source.id, slot.edges, editor.types);
        // Put back where it came from: nothing to tell.
        if (!isRefusal(outcome) || outcome.refused !== "sameplace") run(outcome);
      } else {
        const type = editor.types.get(source.id);
        const branching = type?.ports.kind === "branches" && !isFork(type);
        if (type && branching && followingSteps(document, slot.edges) > 0) openMenuFor(slot, type);
        else if (type) insert(slot, type, "after");
      }
    },
  });
  const [asked, setAsked] = useState<NodeTypeInfo | null>(null);
  const openMenuFor = (slot: Slot, type: NodeTypeInfo): void => {
    setAsked(type);
    openMenu(slot);
  };
  useEffect(() => onDragReady(startDrag), [onDragReady, startDrag]);
  const context = useCanvasContext({ canvas, scene, openMenu, slotName, startDrag });
  useCanvasKeys({ scene, openMenu, flow });
  const problem = useShownProblem(scene, flow);
  const insertable = useMemo(() => offeredTypes(editor.types), [editor.types]);
  return (
    <div className={styles.canvas} ref={frame} data-region role="region" aria-label={t("region.canvas")}>
      <Canvas
        parts={parts}
        context={context}
        focus={focus}
        label={t("region.canvas")}
        dark={dark}
        onReady={(instance) => {
          flow.current = instance;
          showTop(instance, scene, frame.current);
        }}
        onActivate={(id) => editor.store.getState().goTo(id)}
        over={problem.layer}
      >
        <ZoomTools flow={flow} />
        {minimap && <Overview layout={scene.layout} />}
      </Canvas>
      {problem.bar}
      {menu && (
        <InsertMenu
          key={menu.slot.id}
          types={asked ? [asked] : insertable}
          at={menu}
          label={slotName(menu.slot, false)}
          following={followingSteps(editor.store.getState().document, menu.slot.edges)}
          asking={asked}
          onChoose={(type, following) => {
            setAsked(null);
            insert(menu.slot, type, following);
          }}
          onClose={() => {
            setAsked(null);
            setMenu(null);
            if (selected !== null) editor.store.getState().goTo(selected);
          }}
        />
      )}
      <Ghost canvas={canvas} />
    </div>
  );
}

function clamp(value: number, most: number): number {
  return Math.max(8, Math.min(value, Math.max(8, most)));
}

function useCanvasStore(selected: string | null, problems: ProblemCounts, openSlot: string | null) {
  const [store] = useState(() =>
    createStore<CanvasState>(() => ({ selected, problems, drag: null, openSlot })),
  );
  useEffect(() => store.setState({ selected, problems, openSlot }), [store, selected, problems, openSlot]);
  return store;
}

function useParts(scene: Scene, active: string | null, words: ReturnType<typeof useFlowWords>) {
  const [next] = useState(partsMaker);
  return useMemo(() => next(scene, active, words), [next, scene, active, words]);
}

/** Remembers the parts it made last, so that what did not change is not drawn again. */
function partsMaker(): (scene: Scene, active: string | null, words: FlowWords) => FlowParts {
  let before = NO_PARTS;
  return (scene, active, words) => {
    before = toFlow(scene, active, words, before);
    return before;
  };
}

interface ContextParts {
  canvas: CanvasContextValue["store"];
  scene: Scene;
  openMenu: (slot: Slot) => void;
  slotName: (slot: Slot, dropping: boolean) => string;
  startDrag: ReturnType<typeof useSlotDrag>;
}

function useCanvasContext({
  canvas,
  scene,
  openMenu,
  slotName,
  startDrag,
}: ContextParts): CanvasContextValue {
  const { store, types } = useEditor();
  const say = useSaid();
  return useMemo(
    () => ({
      store: canvas,
      actions: {
        select: (id) => store.getState().select(id),
        openSlot: openMenu,
        slotName: (slot) => slotName(slot, canvas.getState().drag !== null),
        refusal: (slot) => {
          const { drag } = canvas.getState();
          const { document } = store.getState();
          const type = drag?.kind === "type" ? types.get(drag.id) : undefined;
          const outcome = type
            ? refusesInsert(type)
            : drag
              ? moveBlock(document, drag.id, slot.edges, types)
              : null;
          return outcome && isRefusal(outcome)
            ? say({ key: outcome.refused, params: outcome.params }, "refused")
            : null;
        },
        startDrag: (event, id) =>
          startDrag(event, { kind: "node", id, title: scene.faces.get(id)?.title ?? id }),
        canDrag: (id) => {
          const node = nodeOf(scene.graph, id);
          return node !== undefined && !isStart(node, types) && !isEnd(node, types);
        },
      },
    }),
    [canvas, store, types, openMenu, slotName, startDrag, say, scene],
  );
}

function Ghost({ canvas }: { canvas: CanvasContextValue["store"] }): ReactElement | null {
  const drag = useStore(canvas, (state) => state.drag);
  return drag && <DragGhost title={drag.title} x={drag.x} y={drag.y} />;
}

/** Below this the small words on a card can no longer be read. */
const READABLE = 0.8;

/** The start of the flow at the top, in the middle of the frame. */
function showTop(instance: CanvasInstance, scene: Scene, frame: HTMLElement | null): void {
  if (!frame || frame.clientWidth === 0) return;
  const { left, width } = scene.layout;
  const room = {
    width: frame.clientWidth - 48,
    height: (frame.querySelector(".react-flow") ?? frame).clientHeight,
  };
  const zoom = readableScale(scene.layout, room, READABLE);
  const fits = width * zoom <= frame.clientWidth;
  const x = fits ? (frame.clientWidth - width * zoom) / 2 - left * zoom : frame.clientWidth / 2;
  void instance.setViewport({ x, y: 0, zoom });
}
