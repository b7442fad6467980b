/** The sentence for where a run stands and why. */
import { useTranslation } from "react-i18next";
import type { GraphDocument } from "@/api/documents";
import type { Instance, TaskLine } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { formatDateTime } from "@/ui/dateFormat";
import { formatDuration } from "@/ui/duration";
import type { Tone } from "@/ui/StateTag";
import { useNow } from "@/ui/now";
import { useSeatName } from "@/ui/seatName";
import { nodeTitle, type Standing, standingOf } from "./standing";
import { useIncidentText } from "./useIncidentText";

export type Said = { standing: Standing; tone: Tone; sentence: string; seconds: number | null };

const TONES: Record<Standing["why"], Tone> = {
  failed: "danger",
  overdue: "danger",
  forgotten: "warning",
  unknown: "warning",
  decision: "neutral",
  timer: "neutral",
  activity: "info",
  message: "info",
  runs: "info",
  turn: "info",
  siblings: "neutral",
  moving: "neutral",
  over: "neutral",
};

/** Those who may act on a task. */
export function useHolders(): (task: Pick<TaskLine, "candidates"> | null) => string {
  const { t } = useTranslation("console");
  const nameOf = useSeatName();
  return (task) => (task?.candidates ?? []).map(nameOf).join(t("ui:list.comma"));
}

export function useStanding(): (instance: Instance, graph: GraphDocument | null) => Said {
  const { t } = useTranslation("console");
  const { t: say } = useTranslation("ui");
  const now = useNow();
  const local = useLocal();
  const holders = useHolders();
  const incidentText = useIncidentText();

  const sentence = (standing: Standing, step: string): string => {
    switch (standing.why) {
      case "over":
        return "";
      case "failed":
        return t("why.failed", { step, cause: incidentText(standing.incident) });
      case "overdue": {
        const time = formatDuration((now - Date.parse(standing.dueAt)) / 1000, say);
        return t("why.overdue", { step, who: holders(standing.task), time });
      }
      case "forgotten":
        return standing.task
          ? t("why.forgotten", { step, who: holders(standing.task) })
          : t("why.forgottenNobody", { step });
      case "unknown":
        return t(`stuck.${standing.code}`, { step, defaultValue: t("why.unknown", { code: standing.code }) });
      case "decision":
        return t("why.decision", { who: holders(standing.task) });
      case "timer":
        return t("why.timer", { at: formatDateTime(new Date(standing.dueAt)) });
      case "turn":
        return t("why.turn", { line: standing.line, key: standing.key });
      default:
        return t(`why.${standing.why}`, { step });
    }
  };

  return (instance, graph) => {
    const standing = standingOf(instance, now);
    const node = "node" in standing ? standing.node : null;
    const step = node === null ? "" : local(nodeTitle(node, graph, instance.tasks));
    const since = "since" in standing ? Date.parse(standing.since) : null;
    return {
      standing,
      tone: TONES[standing.why],
      sentence: sentence(standing, step),
      seconds: since === null ? null : Math.max(0, (now - since) / 1000),
    };
  };
}
