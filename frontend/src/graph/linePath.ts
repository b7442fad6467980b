/** Orthogonal corner points as an SVG path with rounded corners. */
import type { Point } from "./blockLayout";

const RADIUS = 10;

export function linePath(points: readonly Point[]): string {
  const corners = simplified(points);
  const [start] = corners;
  if (!start) return "";
  let path = `M${start.x} ${start.y}`;
  for (let at = 1; at < corners.length; at += 1) {
    const here = corners[at] as Point;
    const before = corners[at - 1] as Point;
    const after = corners[at + 1];
    if (!after) {
      path += `L${here.x} ${here.y}`;
      continue;
    }
    const radius = Math.min(RADIUS, reach(before, here) / 2, reach(here, after) / 2);
    const into = toward(here, before, radius);
    const out = toward(here, after, radius);
    path += `L${into.x} ${into.y}Q${here.x} ${here.y} ${out.x} ${out.y}`;
  }
  return path;
}

/** The same line without repeated points and points in the middle of a straight run. */
function simplified(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    const before = kept.at(-2);
    if (last && last.x === point.x && last.y === point.y) continue;
    const straight =
      last &&
      before &&
      ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y));
    if (straight) kept.pop();
    kept.push(point);
  }
  return kept;
}

function reach(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function toward(from: Point, to: Point, by: number): Point {
  return { x: from.x + Math.sign(to.x - from.x) * by, y: from.y + Math.sign(to.y - from.y) * by };
}

/** A curve that leaves one card on its left side and enters another there: for jumps that no line stands for. */
export function arcPath(
  from: { x: number; y: number; height: number },
  to: { x: number; y: number; height: number },
): string {
  const start = { x: from.x, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  const bulge = Math.min(start.x, end.x) - 56;
  return `M${start.x} ${start.y}C${bulge} ${start.y} ${bulge} ${end.y} ${end.x - 6} ${end.y}`;
}
