/** Words that are said often, by a press or by their number: a digit types one while nothing is written yet. */
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useShortcuts } from "@/ui/shortcuts";
import styles from "./ActionBar.module.css";

const KEYS = ["1", "2", "3", "4"] as const;

type Props = {
  of: "approve" | "reject";
  field: RefObject<HTMLInputElement | HTMLTextAreaElement | null>;
  onPick: (words: string) => void;
};

export function CommentTemplates({ of, field, onPick }: Props) {
  const { t } = useTranslation("inbox");
  const words = KEYS.map((key) => ({ key, text: t(`template.${of}.${key}`) }));
  const pick = (text: string) => {
    onPick(text);
    field.current?.focus();
  };
  useShortcuts(
    t("template.label"),
    words.map(({ key, text }) => ({
      keys: [key],
      label: text,
      whileTyping: true,
      where: () => document.activeElement === field.current && field.current?.value === "",
      run: () => pick(text),
    })),
  );
  return (
    <div className={styles.templates} role="group" aria-label={t("template.label")}>
      {words.map(({ key, text }) => (
        <button key={key} type="button" onClick={() => pick(text)}>
          <kbd aria-hidden>{key}</kbd> {text}
        </button>
      ))}
    </div>
  );
}
