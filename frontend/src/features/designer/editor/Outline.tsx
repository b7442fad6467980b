/** The flow as a real tree: the same order, selection and keys as the drawing; only what is in sight is rendered. */
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { directionOf, move, type Stop, stopsOf } from "@/graph/navigation";
import { NodeIcon } from "@/graph/NodeIcon";
import type { Scene } from "@/graph/scene";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import type { ProblemCounts } from "./useSpoken";

const ROW = 30;
const OVERSCAN = 12;

export function Outline({
  scene,
  problems,
  spoken,
}: {
  scene: Scene;
  problems: ProblemCounts;
  spoken: (id: string) => string;
}): ReactElement {
  const { t } = useTranslation("designer");
  const { store } = useEditor();
  const selected = useEditorState((state) => state.selected);
  const stops = useMemo(() => stopsOf(scene.graph), [scene.graph]);
  const box = useRef<HTMLDivElement>(null);
  const { from, to, onScroll } = useWindow(box, stops.length);
  const at = stops.findIndex((stop) => stop.id === selected);
  useEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    const top = at * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW - element.clientHeight;
  }, [at]);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (selected === null || event.ctrlKey || event.altKey || event.metaKey) return;
    const direction = directionOf(event.key);
    if (direction) store.getState().select(move(scene.graph, selected, direction));
    else if (event.key === "Enter") store.getState().openPanel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = stops.slice(from, to);
  if (at >= 0 && (at < from || at >= to) && stops[at]) shown.push(stops[at]);
  return (
    <div
      ref={box}
      className={styles.outline}
      role="tree"
      aria-label={t("outline.label")}
      tabIndex={0}
      aria-activedescendant={selected === null ? undefined : `outline-${selected}`}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: stops.length * ROW, position: "relative" }} role="presentation">
        {shown.map((stop) => (
          <Row
            key={stop.id}
            stop={stop}
            top={stops.indexOf(stop) * ROW}
            scene={scene}
            problems={problems}
            spoken={spoken}
            selected={stop.id === selected}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  stop: Stop;
  top: number;
  scene: Scene;
  problems: ProblemCounts;
  spoken: (id: string) => string;
  selected: boolean;
}

function Row({ stop, top, scene, problems, spoken, selected }: RowProps): ReactElement {
  const { store } = useEditor();
  const face = scene.faces.get(stop.id);
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the tree holds the focus and the keys
    <div
      id={`outline-${stop.id}`}
      role="treeitem"
      aria-level={stop.depth + 1}
      aria-selected={selected}
      aria-label={spoken(stop.id)}
      className={styles.outlineRow}
      data-kind={stop.kind}
      data-accent={face?.accent}
      style={{ top, paddingLeft: 10 + stop.depth * 12 }}
      onClick={() => store.getState().goTo(stop.id)}
    >
      {stop.kind !== "branch" && <NodeIcon name={face?.icon ?? "jump"} size={14} />}
      <span className={styles.outlineName}>{rowText(stop, scene)}</span>
      <Badge wrong={problems.get(stop.id)} />
    </div>
  );
}

function rowText(stop: Stop, scene: Scene): string {
  const label = scene.labels.get(stop.id);
  if (label) return label.rank === null ? label.name : `${label.rank} ${label.name}`;
  return scene.faces.get(stop.node)?.title ?? stop.node;
}

function Badge({ wrong }: { wrong: { count: number; blocking: boolean } | undefined }): ReactElement | null {
  if (!wrong) return null;
  return <span className={wrong.blocking ? "gv-badge is-error" : "gv-badge is-warning"}>{wrong.count}</span>;
}

/** Which rows lie in sight. */
function useWindow(box: React.RefObject<HTMLDivElement | null>, count: number) {
  const [range, setRange] = useState({ top: 0, height: 600 });
  const measure = (): void => {
    const element = box.current;
    if (element) setRange({ top: element.scrollTop, height: element.clientHeight || 600 });
  };
  const from = Math.max(0, Math.floor(range.top / ROW) - OVERSCAN);
  const to = Math.min(count, Math.ceil((range.top + range.height) / ROW) + OVERSCAN);
  return { from, to, onScroll: measure };
}
