/** What a new flow begins with: nothing but a start and an end, a title and a key that no other flow has. Pure. */
import type { GraphDocument } from "@/api/documents";
import type { LocalisedText } from "@/api/types";

/** A flow with nothing in it yet: from the start straight to the end. */
export function blankGraph(): GraphDocument {
  return {
    format: 1,
    variables: [],
    nodes: [
      { id: "start", type: "start", name: { zh: "开始", en: "Start" }, config: {} },
      { id: "end", type: "end", name: { zh: "结束", en: "End" }, config: {} },
    ],
    edges: [{ id: "e1", from: "start", port: "out", to: "end" }],
  };
}

/** The title itself, or with the first number that makes it another one than all of `taken`, in both languages. */
export function freeTitle(title: LocalisedText, taken: readonly LocalisedText[]): LocalisedText {
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? title : { zh: `${title.zh} ${number}`, en: `${title.en} ${number}` };
    if (!taken.some((one) => one.zh === free.zh || one.en === free.en)) return free;
  }
}

/** A key that no flow has yet, most likely: the wish and a few signs of time and chance. */
export function freshKey(wish: string): string {
  const base =
    wish
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 40) || "flow";
  const sign =
    Date.now().toString(36).slice(-4) +
    Math.floor(Math.random() * 1296)
      .toString(36)
      .padStart(2, "0");
  return `${base}-${sign}`;
}
