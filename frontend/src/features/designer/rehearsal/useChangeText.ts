/** The sentence for one way in which a run goes otherwise than by the live version. */
import { useTranslation } from "react-i18next";
import type { RehearsedChange } from "@/api/types";
import { isRecord } from "@/graph/document";
import { useLocal } from "@/i18n/local";

type End = { ending: string; ends: string[]; outcome: string; incidents: string[] };

export function useChangeText(titleOf: (node: string) => string): (change: RehearsedChange) => string {
  const { t } = useTranslation("rehearsal");
  const local = useLocal();
  const who = (seat: unknown): string =>
    isRecord(seat) ? local(seat["name"] as { zh: string; en: string }) || String(seat["key"]) : "";
  const end = (value: unknown): string => {
    const { ending, ends, outcome, incidents } = value as End;
    const words = outcome || ends.map(titleOf).join(t("ui:list.comma")) || incidents.join(t("ui:list.comma"));
    return words ? `${t(`ending.${ending}`)}(${words})` : t(`ending.${ending}`);
  };
  return ({ kind, before, after }) => {
    if (kind === "outcome") return t("change.outcome", { before: end(before), after: end(after) });
    if (kind === "no_longer_asked") return t("change.no_longer_asked", { who: who(before) });
    if (kind === "newly_asked") return t("change.newly_asked", { who: who(after) });
    if (kind === "effect_gone") return t("change.effect_gone", { step: titleOf(String(before)) });
    if (kind === "effect_new") return t("change.effect_new", { step: titleOf(String(after)) });
    return t("change.path");
  };
}
