/** The designer: bars at the top, palette and outline at the left, the drawing, properties at the right, problems below. */
import { type ReactElement, useCallback, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import type { DefinitionSummary, Draft } from "@/api/types";
import { buildScene } from "@/graph/scene";
import { useSpeech } from "@/graph/useSpeech";
import { CanvasPane } from "./CanvasPane";
import { ConflictDialog } from "./ConflictDialog";
import { DesignerBar } from "./DesignerBar";
import styles from "./Editor.module.css";
import { EditorContext, type EditorContextValue } from "./editorContext";
import { LeftPanel } from "./LeftPanel";
import type { StartDrag } from "./Palette";
import { countProblems } from "./problemCounts";
import { ProblemsDrawer } from "./ProblemsDrawer";
import { PropertyPanel } from "./PropertyPanel";
import { PublishDialog } from "./PublishDialog";
import { createEditorStore } from "./store";
import { useAutosave } from "./useAutosave";
import { useDesignerKeys } from "./useDesignerKeys";
import { useNotices } from "./useNotices";
import { useFlowWords } from "./useSpoken";
import { VariablesDialog } from "./VariablesDialog";

type DialogName = "publish" | "variables" | null;

export function Designer({
  definition,
  draft,
}: {
  definition: DefinitionSummary;
  draft: Draft;
}): ReactElement {
  const speech = useSpeech();
  const [store] = useState(() =>
    createEditorStore({
      document: { graph: draft.graph, layout: draft.layout },
      revision: draft.revision,
      problems: draft.problems,
    }),
  );
  const { saveNow, conflict, clearConflict } = useAutosave(definition.id, store);
  const [dialog, setDialog] = useState<DialogName>(null);
  const [drawer, setDrawer] = useState(false);
  const [minimap, setMinimap] = useState(true);
  const graph = useStore(store, (state) => state.document.graph);
  const problems = useStore(store, (state) => state.problems);
  const scene = useMemo(() => buildScene(graph, speech), [graph, speech]);
  const counts = useMemo(() => countProblems(problems, graph), [problems, graph]);
  const words = useFlowWords(scene, speech, counts);
  const drag = useRef<StartDrag | null>(null);
  const startDrag = useCallback<StartDrag>((...given) => drag.current?.(...given), []);
  const onDragReady = useCallback((start: StartDrag) => {
    drag.current = start;
  }, []);
  const context = useMemo<EditorContextValue>(
    () => ({ store, types: speech.types, speech, definition, saveNow }),
    [store, speech, definition, saveNow],
  );
  useNotices(store);
  useDesignerKeys({
    store,
    types: speech.types,
    saveNow,
    publish: () => setDialog("publish"),
    toggleMinimap: () => setMinimap((before) => !before),
  });
  return (
    <EditorContext value={context}>
      <div className={styles.designer}>
        <DesignerBar
          drawerOpen={drawer}
          onDrawer={() => setDrawer((before) => !before)}
          onPublish={() => setDialog("publish")}
          onVariables={() => setDialog("variables")}
        />
        <LeftPanel scene={scene} problems={counts} spoken={words.spoken} startDrag={startDrag} />
        <CanvasPane scene={scene} problems={counts} minimap={minimap} onDragReady={onDragReady} />
        <PropertyPanel />
        {drawer && <ProblemsDrawer onClose={() => setDrawer(false)} />}
      </div>
      <PublishDialog
        open={dialog === "publish"}
        onClose={() => setDialog(null)}
        onShowProblems={() => setDrawer(true)}
      />
      <VariablesDialog open={dialog === "variables"} onClose={() => setDialog(null)} />
      {conflict && <ConflictDialog conflict={conflict} onSettled={clearConflict} />}
    </EditorContext>
  );
}
