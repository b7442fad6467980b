/** Where a refund's run stands, as far as whoever looks may see it. */
import { useTranslation } from "react-i18next";
import type { Instance } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { formatDateTime } from "@/ui/dateFormat";
import { useSeatName } from "@/ui/seatName";

export type Standing = { kind: "task"; step: string; who: string; due: string } | { kind: "incident" };

export function useStanding(): (run: Instance | undefined) => Standing | null {
  const { t } = useTranslation("ui");
  const local = useLocal();
  const nameOf = useSeatName();
  return (run) => {
    if (run?.status !== "running") return null;
    if (run.incidents.some((incident) => incident.status === "open")) return { kind: "incident" };
    const task = run.tasks.find((one) => one.closed_at === null);
    if (!task) return null;
    return {
      kind: "task",
      step: local(task.title),
      who: task.candidates.map(nameOf).join(t("list.comma")),
      due: task.due_at ? formatDateTime(new Date(task.due_at)) : "",
    };
  };
}
