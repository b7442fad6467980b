/** The trace of an assignment as sentences: which rule said it, whether somebody is asked by it, and the words. */
import { useTranslation } from "react-i18next";
import type { TaskTrace } from "@/api/types";
import { useLocal } from "@/i18n/local";

type Line = TaskTrace["lines"][number];
export type Stage = "resolve" | "requester" | "apart" | "delegation" | "offline" | "duplicate" | "empty";
export type Verdict = "taken" | "left" | "told";

/** The rule of the assignment that a line comes from; those that are not here are about finding people at all. */
const STAGES: Record<string, Stage> = {
  "skipped.requester": "requester",
  "skipped.apart": "apart",
  "assigned.delegate": "delegation",
  "skipped.delegate": "delegation",
  "skipped.away": "offline",
  "skipped.unavailable": "offline",
  "skipped.already_voted": "duplicate",
  "skipped.voted_for_another": "duplicate",
  "skipped.same_holder": "duplicate",
  "skipped.duplicate": "duplicate",
  "skipped.in_pool": "duplicate",
  "assigned.fallback": "empty",
  "assigned.owner": "empty",
};

export const stageOf = (line: Line): Stage => STAGES[line.code] ?? "resolve";

export function verdictOf(line: Line): Verdict {
  if (line.code.startsWith("chosen.") || line.code === "assigned.fallback") return "told";
  return line.code.startsWith("assigned.") ? "taken" : "left";
}

/** `stepName` tells what the flow calls a step. */
export function useWhySentence(stepName: (id: string) => string): (line: Line) => string {
  const { t } = useTranslation("why");
  const local = useLocal();
  const joined = (value: unknown) => (Array.isArray(value) ? value.map(String).join(t("ui:list.comma")) : "");
  return (line) => {
    const { params } = line;
    const reason = line.code === "skipped.delegate" ? `_${String(params["reason"])}` : "";
    const name = local(line.name) || line.key;
    return t(`line.${line.code.replace(".", "_")}${reason}`, {
      name,
      owner: params["owner"],
      requester: params["requester"],
      level: params["level"],
      rule: params["rule"],
      rules: params["rules"],
      when: params["when"],
      number: params["count"],
      step: stepName(String(params["step"])),
      people: joined(params["people"]),
      members: joined(params["members"]),
      defaultValue: `${name} (${line.code})`,
    });
  };
}
