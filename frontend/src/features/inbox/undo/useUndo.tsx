/** Taking one's own answer back: sends it once, says what became of it, and shows the task again. */
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newIdempotencyKey } from "@/api/idempotency";
import { isApiError } from "@/api/problem";
import { announce } from "@/ui/announce";
import { useProblemText } from "@/ui/problemText";
import { useUndoAnswer } from "../api/undoAnswer";

export function toastKey(id: string): string {
  return `undo-${id}`;
}

export function useUndo(id: string, onUndone: (id: string) => void): { undo: () => void; sending: boolean } {
  const { t } = useTranslation("inbox");
  const { message } = App.useApp();
  const tell = useProblemText();
  const { mutate, isPending } = useUndoAnswer(id);
  const [key, setKey] = useState(newIdempotencyKey);
  const undo = () => {
    if (isPending) return;
    mutate(key, {
      onSuccess: () => {
        setKey(newIdempotencyKey());
        message.destroy(toastKey(id));
        void message.success(t("undo.done"));
        announce(t("undo.done"));
        onUndone(id);
      },
      onError: (problem) => {
        // An answer that came is final for this key; only a lost answer is asked for again.
        if (isApiError(problem) && problem.status !== 0) setKey(newIdempotencyKey());
        const late = isApiError(problem, "task.nothing_to_undo");
        if (late) message.destroy(toastKey(id));
        void message.error(late ? t("undo.tooLate") : tell(problem));
      },
    });
  };
  return { undo, sending: isPending };
}
