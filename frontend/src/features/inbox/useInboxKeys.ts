/** The keys of the list: walk, open, search, back. The keys of deciding live with the action bar. */
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { useShortcuts } from "@/ui/shortcuts";
import type { Chosen } from "./batch/useChosen";
import { between, canChoose, neighbour } from "./selection";
import type { Select } from "./useInboxAddress";

type Keys = {
  rows: Task[];
  selected: string | null;
  select: Select;
  phone: boolean;
  chosen: Chosen | undefined;
};

/** At once: a frame later the person may already be typing in a form that the next key opened. */
function focusRow(id: string): void {
  const row = document.getElementById(`task-${id}`);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

export function useInboxKeys({ rows, selected, select, phone, chosen }: Keys): void {
  const { t } = useTranslation("inbox");
  const go = (step: 1 | -1) => {
    const row = neighbour(rows, selected, step);
    if (!row) return null;
    // At once, so that the next key already means the task that is shown next.
    select(row.id, { replace: true, flushSync: true });
    focusRow(row.id);
    return row.id;
  };
  const extend = (step: 1 | -1) => {
    const from = selected ?? rows[0]?.id;
    const to = go(step);
    if (chosen && from && to)
      chosen.choose(
        between(rows, from, to)
          .filter(canChoose)
          .map((row) => row.id),
      );
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
    {
      keys: ["x"],
      label: t("keys.choose"),
      enabled: chosen !== undefined && selected !== null,
      run: () => selected && chosen?.toggle(selected),
    },
    {
      keys: ["shift+j", "shift+ArrowDown"],
      label: t("keys.chooseDown"),
      enabled: chosen !== undefined,
      run: () => extend(1),
    },
    {
      keys: ["shift+k", "shift+ArrowUp"],
      label: t("keys.chooseUp"),
      enabled: chosen !== undefined,
      run: () => extend(-1),
    },
    {
      keys: ["mod+a"],
      label: t("keys.chooseAll"),
      enabled: chosen !== undefined,
      run: () => chosen?.choose(rows.filter(canChoose).map((row) => row.id)),
    },
    {
      keys: ["d"],
      label: t("keys.where"),
      enabled: selected !== null,
      run: () => {
        const title = document.getElementById("where-title");
        title?.focus({ preventScroll: true });
        title?.scrollIntoView({ block: "start" });
      },
    },
    { keys: ["/"], label: t("keys.search"), run: () => document.getElementById("inbox-search")?.focus() },
    {
      keys: ["Escape"],
      label: t("keys.back"),
      enabled: selected !== null,
      run: () => {
        if (chosen && chosen.tasks.length > 0) chosen.clear();
        else if (phone) select(null);
        else if (selected) focusRow(selected);
      },
    },
  ]);
}
