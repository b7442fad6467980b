/** What an approver has filled in so far, what is wrong with it, and the request it becomes. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/problem";
import type { TaskField } from "@/api/types";
import { valueOf, writtenOf } from "@/form/givenValue";
import { useProblemText } from "@/ui/problemText";

export type FilledIn = {
  textOf: (field: TaskField) => string;
  set: (field: TaskField, text: string) => void;
  wrongWith: (field: TaskField) => string | null;
  /** The values by name, or null while something required is empty; then that is said. */
  read: () => Record<string, unknown> | null;
};

export function useFilledIn(fields: readonly TaskField[], problem: unknown): FilledIn {
  const { t } = useTranslation("inbox");
  const tell = useProblemText();
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [asked, setAsked] = useState(false);
  const textOf = (field: TaskField) => texts[field.name] ?? writtenOf(field.type, field.value);
  const isMissing = (field: TaskField) => field.access === "required" && textOf(field).trim() === "";
  const told = isApiError(problem, "task.fields_invalid") ? problem.errors : [];
  return {
    textOf,
    set: (field, text) => setTexts((before) => ({ ...before, [field.name]: text })),
    wrongWith: (field) => {
      if (isMissing(field)) return asked ? t("fields.missing") : null;
      const found = told.find((one) => one.path === `/form/${field.name}`);
      return found ? tell(found) : null;
    },
    read: () => {
      setAsked(true);
      if (fields.some(isMissing)) return null;
      return Object.fromEntries(
        fields.map((field) => [field.name, valueOf(field.type, textOf(field), field.value)]),
      );
    },
  };
}
