/** How large a drawing is shown. */
import type { CanvasInstance } from "./toFlow";

type Size = { width: number; height: number };

/** A card cut at the edge reads worse than small letters: to show the width of a drawing it may become this small. */
const SMALLEST_FOR_WIDTH = 0.5;

/** The scale at which all of the drawing is seen; one that is too tall for that keeps its width and is scrolled. */
export function readableScale(drawing: Size, frame: Size, smallest: number): number {
  const wide = Math.min(1, frame.width / drawing.width);
  const whole = Math.min(wide, frame.height / drawing.height);
  return whole >= smallest ? whole : Math.max(Math.min(smallest, SMALLEST_FOR_WIDTH), wide);
}

/** How far to scroll sideways for a card: not at all while it is seen from the left edge on, else to its middle. */
export function scrollLeftFor(card: { middle: number; width: number }, scale: number, frame: number): number {
  const end = (card.middle + card.width / 2) * scale;
  return end <= frame ? 0 : card.middle * scale - frame / 2;
}

type Stretch = { from: number; to: number };

/** How far to move something along one side so that it lies inside; not at all when it is longer than the room. */
export function shiftInto(thing: Stretch, room: Stretch): number {
  if (thing.to - thing.from > room.to - room.from) return 0;
  return Math.max(room.from - thing.from, Math.min(0, room.to - thing.to));
}

/**
 * Shows the whole drawing, however small, and never enlarged. React Flow's own fit waits until every card has been
 * drawn once, which those out of sight never are.
 */
export async function fitWhole(flow: CanvasInstance | null): Promise<void> {
  if (!flow) return;
  await flow.fitBounds(flow.getNodesBounds(flow.getNodes()), { padding: 0.04 });
  if (flow.getZoom() > 1) await flow.zoomTo(1);
}
