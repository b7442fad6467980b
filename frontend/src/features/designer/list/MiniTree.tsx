/** The shape of a flow, small: for telling templates apart at a glance. */
import { type ReactElement, useMemo } from "react";
import { layoutBlocks } from "@/graph/blockLayout";
import { accentOf } from "@/graph/describe";
import type { Graph } from "@/graph/document";
import { linePath } from "@/graph/linePath";
import styles from "./Flows.module.css";

const SIZES = { node: () => ({ width: 240, height: 64 }), label: () => ({ width: 216, height: 20 }) };

export function MiniTree({ graph }: { graph: Graph }): ReactElement {
  const layout = useMemo(() => layoutBlocks(graph, SIZES), [graph]);
  const types = new Map(graph.nodes.map((node) => [node.id, node.type]));
  return (
    <svg
      className={styles.mini}
      viewBox={`${layout.left} 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      preserveAspectRatio="xMidYMid meet"
    >
      {layout.lines.map((line) => (
        <path key={line.id} d={linePath(line.points)} className={styles.miniLine} />
      ))}
      {[...layout.nodes.values()].map((box) => (
        <rect
          key={box.id}
          x={box.x}
          y={box.y}
          width={box.width}
          height={box.height}
          rx={14}
          data-accent={accentOf(types.get(box.id) ?? "", undefined)}
          className={styles.miniCard}
        />
      ))}
    </svg>
  );
}
