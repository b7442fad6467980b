/** Names that people gave in one or two languages. */
import { useTranslation } from "react-i18next";
import type { DrawnText } from "@/api/documents";
import type { Language } from "@/api/types";
import { currentLanguage } from "./index";

/** The text in the language asked for, else in the other one. A plain string is taken as it is. */
export function localText(text: DrawnText | string | null | undefined, language: Language): string {
  if (text == null) return "";
  if (typeof text === "string") return text;
  return (language === "en" ? text.en || text.zh : text.zh || text.en) ?? "";
}

/** `local(text)` in the language of the interface; changes with it. */
export function useLocal(): (text: DrawnText | string | null | undefined) => string {
  useTranslation();
  const language = currentLanguage();
  return (text) => localText(text, language);
}
