/** What is being dragged, under the pointer. */
import type { ReactElement } from "react";
import { createPortal } from "react-dom";
import styles from "./Editor.module.css";

export function DragGhost({ title, x, y }: { title: string; x: number; y: number }): ReactElement {
  return createPortal(
    <div
      className={styles.ghost}
      style={{ transform: `translate(${x + 12}px, ${y + 12}px)` }}
      aria-hidden="true"
    >
      {title}
    </div>,
    document.body,
  );
}
