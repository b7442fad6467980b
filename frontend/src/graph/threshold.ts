/** How much is enough in a vote, as the document says it: `3`, `2/3` (at least) or `>1/2` (more than). Pure. */

export type ThresholdKind = "count" | "share" | "more";

export interface Threshold {
  kind: ThresholdKind;
  parts: number;
  of: number;
}

const WRITTEN = /^(?:(>)?([1-9]\d{0,5})\/([1-9]\d{0,5})|([1-9]\d{0,5}))$/;

/** What holds while a vote says nothing of its own. */
export const USUAL_THRESHOLD: Threshold = { kind: "more", parts: 1, of: 2 };

export function readThreshold(text: unknown): Threshold | null {
  const found = typeof text === "string" ? WRITTEN.exec(text.trim()) : null;
  if (!found) return null;
  const [, more, parts, of, count] = found;
  if (count !== undefined) return { kind: "count", parts: Number(count), of: 1 };
  return { kind: more ? "more" : "share", parts: Number(parts), of: Number(of) };
}

export function writeThreshold({ kind, parts, of }: Threshold): string {
  if (kind === "count") return String(parts);
  return `${kind === "more" ? ">" : ""}${parts}/${of}`;
}
