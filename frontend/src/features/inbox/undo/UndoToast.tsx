/** The toast after an answer: how long it may still be taken back, and the way to do it, by button and by Z. */
import { App, Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useShortcuts } from "@/ui/shortcuts";
import styles from "./UndoToast.module.css";
import { toastKey, useUndo } from "./useUndo";

const STEP_MS = 250;

/** Whole seconds until then; 0 when the time is over. */
function useSecondsUntil(end: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((end - now) / 1000));
}

type Props = { id: string; done: string; end: number; onUndone: (id: string) => void; onOver: () => void };

export function UndoToast({ id, done, end, onUndone, onOver }: Props) {
  const { t } = useTranslation("inbox");
  const { message } = App.useApp();
  const { undo, sending } = useUndo(id, onUndone);
  const seconds = useSecondsUntil(end);
  useShortcuts(t("actions.label"), [{ keys: ["z"], label: t("actions.undo"), run: undo }]);
  useEffect(() => {
    if (seconds > 0 || sending) return;
    message.destroy(toastKey(id));
    onOver();
  }, [seconds, sending, message, id, onOver]);
  return (
    <span className={styles.toast}>
      <span className="num">{t("undo.left", { done, count: seconds })}</span>
      <Button size="small" onClick={undo} loading={sending}>
        {t("actions.undo")}
        <kbd aria-hidden>Z</kbd>
      </Button>
    </span>
  );
}
