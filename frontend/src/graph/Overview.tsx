/** The whole drawing, small: where we are, and a way to go elsewhere. One path for all cards, however many there are. */
import { useReactFlow, useStore } from "@xyflow/react";
import { type PointerEvent, type ReactElement, useMemo, useRef } from "react";
import type { BlockLayout } from "./blockLayout";

const WIDTH = 160;
const HEIGHT = 110;
const ROOM = 6;
/** Where this much of the drawing is in sight, its picture would only cover cards. */
const MOSTLY_SEEN = 0.8;

export function Overview({ layout }: { layout: BlockLayout }): ReactElement | null {
  const flow = useReactFlow();
  const svg = useRef<SVGSVGElement>(null);
  const x = useStore((state) => state.transform[0]);
  const y = useStore((state) => state.transform[1]);
  const zoom = useStore((state) => state.transform[2]);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const cards = useMemo(() => shapes(layout.nodes.values()), [layout]);
  const others = useMemo(() => shapes([...layout.labels, ...layout.jumps]), [layout]);
  const scale = Math.max(layout.width / (WIDTH - 2 * ROOM), layout.height / (HEIGHT - 2 * ROOM));
  const left = layout.left - (WIDTH * scale - layout.width) / 2;
  const top = -(HEIGHT * scale - layout.height) / 2;
  const go = (event: PointerEvent): void => {
    const box = svg.current?.getBoundingClientRect();
    if (!box || event.buttons !== 1) return;
    svg.current?.setPointerCapture(event.pointerId);
    const at = { x: left + (event.clientX - box.left) * scale, y: top + (event.clientY - box.top) * scale };
    void flow.setCenter(at.x, at.y, { zoom: flow.getZoom() });
  };
  const view = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
  if (view.width >= layout.width && view.height >= layout.height * MOSTLY_SEEN) return null;
  return (
    <svg
      ref={svg}
      className="gv-overview nopan nodrag"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`${left} ${top} ${WIDTH * scale} ${HEIGHT * scale}`}
      aria-hidden="true"
      onPointerDown={go}
      onPointerMove={go}
    >
      <path d={others} className="gv-overview-other" />
      <path d={cards} className="gv-overview-card" />
      <rect {...view} rx={4 * scale} className="gv-overview-view" strokeWidth={1.5 * scale} />
    </svg>
  );
}

function shapes(boxes: Iterable<{ x: number; y: number; width: number; height: number }>): string {
  let path = "";
  for (const box of boxes) path += `M${box.x} ${box.y}h${box.width}v${box.height}h${-box.width}z`;
  return path;
}
