/** The sentence of a line of the timeline, in the reader's language. */
import { useTranslation } from "react-i18next";
import type { LocalisedText } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { formatDateTime } from "@/ui/dateFormat";
import { useIncidentText } from "../useIncidentText";
import type { TimelineRow } from "./timelineRow";
import type { Steps } from "@/graph/useSteps";

export function useFactSentence(steps: Steps): (row: TimelineRow) => string {
  const { t } = useTranslation("console");
  const local = useLocal();
  const incidentText = useIncidentText();
  const names = (people: unknown[]) =>
    people
      .map((one) => local((one as { name?: LocalisedText | string }).name))
      .filter(Boolean)
      .join(t("ui:list.comma"));
  const sayMissed = ({ receiver, outcome, code }: TimelineRow["missed"][number]) => {
    const why = incidentText({ code, message: t(`missed.${outcome}`) });
    return receiver ? t("missed.one", { receiver, why }) : why;
  };
  return (row) => {
    const params: Record<string, string | number> = { ...row.params };
    for (const [key, node] of Object.entries(row.nodes)) params[key] = steps.title(node);
    for (const [key, at] of Object.entries(row.times)) params[key] = formatDateTime(new Date(at));
    if (row.people) {
      params["whoFrom"] = names(row.people.from);
      params["whoTo"] = names(row.people.to);
    }
    if (row.missed.length > 0) params["missed"] = row.missed.map(sayMissed).join(t("ui:list.comma"));
    if (row.incident) params["cause"] = incidentText(row.incident);
    return t(`fact.${row.key}`, params);
  };
}
