/** The fields of a step as facts of the case: what is known of them, besides what the subject says already. */
import type { TFunction } from "i18next";
import type { SubjectFact, TaskField } from "@/api/types";
import { writtenOf } from "@/form/givenValue";
import { currentLanguage } from "@/i18n";
import { formatFull } from "@/ui/dateFormat";
import { isMoney } from "@/ui/moneyFormat";

export function withFields(
  facts: SubjectFact[],
  fields: readonly TaskField[],
  t: TFunction<"inbox">,
): SubjectFact[] {
  const known = new Set(facts.map((fact) => fact.key));
  const more = fields.filter((field) => field.value !== null && !known.has(field.name));
  return [
    ...facts,
    ...more.map((field) => ({ key: field.name, label: field.label, value: shown(field, t) })),
  ];
}

function shown({ type, value }: TaskField, t: TFunction<"inbox">): SubjectFact["value"] {
  if (isMoney(value)) return value;
  if (typeof value === "boolean") return t(`fields.yesNo.${value ? "true" : "false"}`);
  if (type === "datetime") return formatFull(new Date(String(value)), currentLanguage());
  return typeof value === "object" && !Array.isArray(value) ? JSON.stringify(value) : writtenOf(type, value);
}
