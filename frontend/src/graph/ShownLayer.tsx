/** A problem drawn over the cards and lines of a scene. It only shows: what it says is spoken and listed beside it. */
import "./shown.css";
import type { CSSProperties, ReactElement } from "react";
import type { Box, PlacedLine } from "./blockLayout";
import { linePath } from "./linePath";
import type { Scene } from "./scene";
import type { Callout, ShownProblem } from "./shownProblem";

export interface ShownLayerProps {
  scene: Scene;
  shown: ShownProblem;
  /** The words of a callout, in the reader's language. */
  words: (callout: Callout) => string;
}

export function ShownLayer({ scene, shown, words }: ShownLayerProps): ReactElement {
  const { left, width, height, lines, jumps, labels, nodes } = scene.layout;
  const way = new Set(shown.way);
  const taken = shown.way.flatMap((edge) => lines.filter((line) => line.edge === edge));
  const framed = [
    ...labels.filter((label) => way.has(label.edge)),
    ...jumps.filter((jump) => jump.edges.some((edge) => way.has(edge))),
    ...[...shown.steps.keys(), ...shown.marked].flatMap((id) => nodes.get(id) ?? []),
  ];
  const token = tokenAt(scene, shown, taken);
  return (
    <div className={`gv-shown is-${shown.severity}`} aria-hidden="true" data-shown={shown.way.join(" ")}>
      <svg style={{ left }} viewBox={`${left} 0 ${width} ${height}`} width={width} height={height}>
        {taken.map((line) => (
          <path key={`under ${line.id}`} d={linePath(line.points)} className="gv-shown-under" />
        ))}
        {taken.map((line) => (
          <path key={line.id} d={linePath(line.points)} className="gv-shown-line" data-edge={line.edge} />
        ))}
        {token && <circle cx={token.x} cy={token.y} r="8" className="gv-shown-token" />}
      </svg>
      {framed.map((box) => (
        <div
          key={box.id}
          className={shown.stuck?.node === box.id ? "gv-shown-frame is-stuck" : "gv-shown-frame"}
          style={around(box)}
        />
      ))}
      {[...shown.steps].map(([id, numbers]) => {
        const box = nodes.get(id);
        return (
          box && (
            <span key={id} className="gv-shown-step" style={{ left: box.x, top: box.y }} data-step={id}>
              {numbers.join("·")}
            </span>
          )
        );
      })}
      {shown.callouts.map((callout) => {
        const box = boxOf(scene, callout);
        return (
          box && (
            <div
              key={box.id}
              className="gv-shown-callout"
              style={{ left: box.x + box.width / 2, top: box.y }}
            >
              {words(callout)}
            </div>
          )
        );
      })}
    </div>
  );
}

function around(box: Box): CSSProperties {
  return { left: box.x - 4, top: box.y - 4, width: box.width + 8, height: box.height + 8 };
}

function boxOf(scene: Scene, { at }: Callout): Box | undefined {
  return "edge" in at
    ? scene.layout.labels.find((label) => label.edge === at.edge)
    : scene.layout.nodes.get(at.node);
}

/** Just before the step that the token does not get past; a line that leads to a jump ends at the jump. */
function tokenAt(
  scene: Scene,
  shown: ShownProblem,
  taken: readonly PlacedLine[],
): { x: number; y: number } | null {
  const last = taken.findLast((line) => line.edge === shown.stuck?.line)?.points.at(-1);
  const target = shown.stuck && scene.layout.nodes.get(shown.stuck.node);
  if (!last) return target ? { x: target.x + target.width / 2, y: target.y - 12 } : null;
  return { x: last.x, y: last.y - 12 };
}
