import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import styles from "./Instance.module.css";

const STORED = "orderflow.console.split";
const [SMALLEST, LARGEST, FIRST, STEP] = [25, 75, 46, 4];

const within = (share: number): number => Math.round(Math.min(LARGEST, Math.max(SMALLEST, share)));

function remembered(): number {
  const stored = Number(localStorage.getItem(STORED));
  return stored ? within(stored) : FIRST;
}

/** Two panes with a border that can be moved by pointer and by arrow keys; the browser remembers where it was. */
export function Split({ label, left, right }: { label: string; left: ReactNode; right: ReactNode }) {
  const [share, setShare] = useState(remembered);
  const frame = useRef<HTMLDivElement>(null);
  const move = (wanted: number) => {
    const next = within(wanted);
    setShare(next);
    localStorage.setItem(STORED, String(next));
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    move(((event.clientX - box.left) / box.width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by: Record<string, number> = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -100, End: 100 };
    const step = by[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(share + step);
  };
  return (
    <div ref={frame} className={styles.split} style={{ gridTemplateColumns: `${share}% 9px minmax(0, 1fr)` }}>
      {left}
      {/* A separator that can be moved is a widget and takes the focus (WAI-ARIA, window splitter). */}
      {/* eslint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={label}
        aria-valuenow={share}
        aria-valuemin={SMALLEST}
        aria-valuemax={LARGEST}
        tabIndex={0}
        className={styles.divider}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onDoubleClick={() => move(FIRST)}
      />
      {/* eslint-enable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      {right}
    </div>
  );
}
