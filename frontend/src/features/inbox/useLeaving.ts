/** After an act the next row is selected, focused and spoken. */
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { announce } from "@/ui/announce";
import { afterLeaving } from "./selection";
import { useRowSpeech } from "./useRowSpeech";
import type { Select } from "./useInboxAddress";

type Leaving = {
  rows: Task[];
  phone: boolean;
  readAt: number;
  select: Select;
};

/** `leave(id, said)`: the person dealt with this task; `said` is the result in words. */
export function useLeaving({ rows, phone, readAt, select }: Leaving): (id: string, said: string) => void {
  const { t } = useTranslation("inbox");
  const speak = useRowSpeech(readAt);
  return (id, said) => {
    const next = afterLeaving(rows, id);
    select(phone ? null : (next?.id ?? null), { replace: true });
    announce(next ? t("said.next", { said, row: speak(next) }) : t("said.last", { said }));
    if (next && !phone) document.getElementById(`task-${next.id}`)?.focus();
  };
}
