/** The variables of the flow whose step is being edited, for controls that let a person choose or read them. */
import { createContext, useContext } from "react";
import { textOf, type Variable } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";

export const FormVariables = createContext<readonly Variable[]>([]);

export function useFormVariables(): readonly Variable[] {
  return useContext(FormVariables);
}

/** The same to choose from, by the names that people read. */
export function useVariableOptions(): { value: string; label: string }[] {
  return useFormVariables().map((one) => ({
    value: one.name,
    label: textOf(one.label, currentLanguage()) || one.name,
  }));
}

const HOLDS_NAMES = new Set(["text", "list<text>"]);

/** Those that may hold usernames: texts, and lists of texts. */
export function useNameVariables(): { value: string; label: string }[] {
  const names = new Set(
    useFormVariables()
      .filter((one) => HOLDS_NAMES.has(String(one.type)))
      .map((one) => one.name),
  );
  return useVariableOptions().filter((one) => names.has(one.value));
}
