/** J and K walk over the rows of a list: the focus moves to each row's own link, where Enter opens it. */
import { type RefObject, useRef } from "react";
import { useShortcuts } from "./shortcuts";

/** Put the ref on the list and `data-row` on the link of each row. */
export function useRowKeys(
  group: string,
  labels: { next: string; previous: string },
): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const step = (by: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = at < 0 ? rows[0] : rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts(group, [
    { keys: ["j", "ArrowDown"], label: labels.next, run: () => step(1) },
    { keys: ["k", "ArrowUp"], label: labels.previous, run: () => step(-1) },
  ]);
  return list;
}
