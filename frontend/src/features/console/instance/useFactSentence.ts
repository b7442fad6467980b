/** The sentence of a line of the timeline, in the reader's language. */
import { useTranslation } from "react-i18next";
import type { LocalisedText } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { formatDateTime } from "@/ui/dateFormat";
import { useIncidentText } from "../useIncidentText";
import type { TimelineRow } from "./timelineRow";
import type { Steps } from "@/graph/useSteps";

type Person = { name?: LocalisedText | string; on_behalf_of?: { name: string } };

export function useFactSentence(steps: Steps): (row: TimelineRow) => string {
  const { t } = useTranslation("console");
  const local = useLocal();
  const incidentText = useIncidentText();
  const names = (people: unknown[]) =>
    people
      .map((one) => {
        const { name, on_behalf_of: behalf } = one as Person;
        const who = local(name);
        return who && behalf ? t("ui:behalf.seat", { who, name: behalf.name }) : who;
      })
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
    const said = t(`fact.${row.key}`, params);
    return row.behalf ? `${said} · ${t("ui:behalf.acting", { name: row.behalf })}` : said;
  };
}
