/** The keys of the list: walk, open, search, back. The keys of deciding live with the action bar. */
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { useShortcuts } from "@/ui/shortcuts";
import { neighbour } from "./selection";
import type { Select } from "./useInboxAddress";

type Keys = {
  rows: Task[];
  selected: string | null;
  select: Select;
  phone: boolean;
};

/** At once: a frame later the person may already be typing in a form that the next key opened. */
function focusRow(id: string): void {
  const row = document.getElementById(`task-${id}`);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

export function useInboxKeys({ rows, selected, select, phone }: Keys): void {
  const { t } = useTranslation("inbox");
  const go = (step: 1 | -1) => {
    const row = neighbour(rows, selected, step);
    if (!row) return;
    // At once, so that the next key already means the task that is shown next.
    select(row.id, { replace: true, flushSync: true });
    focusRow(row.id);
  };
  useShortcuts(t("title"), [
    { keys: ["j", "ArrowDown"], label: t("keys.down"), run: () => go(1), enabled: !phone },
    { keys: ["k", "ArrowUp"], label: t("keys.up"), run: () => go(-1), enabled: !phone },
    {
      keys: ["Enter"],
      label: t("keys.open"),
      enabled: selected !== null,
      run: () => document.getElementById("task-heading")?.focus(),
    },
    { keys: ["/"], label: t("keys.search"), run: () => document.getElementById("inbox-search")?.focus() },
    {
      keys: ["Escape"],
      label: t("keys.back"),
      enabled: selected !== null,
      run: () => {
        if (phone) select(null);
        else if (selected) focusRow(selected);
      },
    },
  ]);
}
