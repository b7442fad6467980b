/** Changes as sentences, each with its sign; those at a step lead to it. */
import { type KeyboardEvent, type ReactElement, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { GraphChange } from "@/api/types";
import { signOf } from "./changeText";
import styles from "./Changes.module.css";

interface ChangeListProps {
  changes: readonly GraphChange[];
  say: (change: GraphChange) => string;
  /** Makes the sentences choosable, with the arrow keys too. */
  onSelect?: ((node: string) => void) | undefined;
  selected?: string | null | undefined;
}

export function ChangeList({ changes, say, onSelect, selected }: ChangeListProps): ReactElement {
  const { t } = useTranslation("designer");
  const list = useRef<HTMLUListElement>(null);
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    buttons[at + step]?.focus();
  };
  return (
    <ul ref={list} className={styles.changes}>
      {changes.map((change, at) => {
        const sign = signOf(change);
        const words = (
          <>
            <span className={styles.sign} aria-hidden="true">
              {sign === "-" ? "−" : sign}
            </span>
            <span className="visually-hidden">{t(`change.sign.${NAMES[sign]}`)} </span>
            <span className={styles.words}>{say(change)}</span>
          </>
        );
        const { node } = change;
        return (
          <li key={at} data-sign={sign}>
            {onSelect && node !== undefined ? (
              <button
                type="button"
                aria-pressed={selected === node}
                onKeyDown={onKey}
                onClick={() => onSelect(node)}
              >
                {words}
              </button>
            ) : (
              <span className={styles.line}>{words}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const NAMES = { "+": "came", "-": "went", "~": "changed" } as const;
