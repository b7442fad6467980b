/** The lines of a read-only drawing, each in the pattern of what happened on it. */
import type { ReactElement } from "react";
import type { PlacedLine } from "./blockLayout";
import { arcPath, linePath } from "./linePath";
import type { LineTrace, Trace } from "./path";
import type { Scene } from "./scene";

/** Taken lines are painted over untaken ones where both share a stretch. */
const PAINT_ORDER: LineTrace[] = ["untaken", "future", "forced", "done", "current"];

interface ViewLinesProps {
  scene: Scene;
  trace: Trace | undefined;
  /** How lines compare with another drawing, by edge. */
  marks?: ReadonlyMap<string, string> | undefined;
}

export function ViewLines({ scene, trace, marks }: ViewLinesProps): ReactElement {
  const { left, width, height, lines } = scene.layout;
  const markOf = (line: PlacedLine): LineTrace | undefined => trace?.edges.get(line.edge);
  const sorted = trace
    ? [...lines].sort(
        (a, b) => PAINT_ORDER.indexOf(markOf(a) ?? "untaken") - PAINT_ORDER.indexOf(markOf(b) ?? "untaken"),
      )
    : lines;
  return (
    <svg
      className="gv-lines"
      style={{ left }}
      viewBox={`${left} 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden="true"
    >
      <defs>
        <pattern
          id="gv-hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line x1="0" y1="0" x2="0" y2="6" stroke="var(--warning)" strokeWidth="1" opacity="0.45" />
        </pattern>
        <marker
          id="gv-head"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path d="M1 1 7 4 1 7" fill="none" stroke="context-stroke" strokeWidth="1.4" />
        </marker>
      </defs>
      {sorted.map((line) => (
        <path
          key={line.id}
          d={linePath(line.points)}
          className={`gv-line is-${marks?.get(line.edge) ?? markOf(line) ?? "plain"}`}
          markerEnd={scene.layout.nodes.has(line.to) ? "url(#gv-head)" : undefined}
        />
      ))}
      {[...(trace?.nodes ?? [])].map(([id, mark]) => {
        const box = mark === "forced" ? scene.layout.nodes.get(id) : undefined;
        return box && <rect key={id} {...frame(box)} rx="10" fill="url(#gv-hatch)" className="gv-hatched" />;
      })}
      {trace?.arcs.map((arc) => {
        const from = scene.layout.nodes.get(arc.from);
        const to = scene.layout.nodes.get(arc.to);
        if (!from || !to) return null;
        return (
          <path
            key={`${arc.from}>${arc.to}`}
            d={arcPath(from, to)}
            className="gv-line is-forced"
            markerEnd="url(#gv-head)"
          />
        );
      })}
    </svg>
  );
}

function frame(box: { x: number; y: number; width: number; height: number }) {
  return { x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8 };
}
