/** Sentences about edits, in the language of the interface. */
import { useTranslation } from "react-i18next";
import type { Said } from "@/graph/commands/edit";
import { textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";

export function useSaid(): (said: Said, room: "said" | "refused") => string {
  const { t } = useTranslation("designer");
  const language = currentLanguage();
  return (said, room) => {
    const params = Object.fromEntries(
      Object.entries(said.params).map(([name, value]) => [
        name,
        typeof value === "object" ? textOf(value, language) : value,
      ]),
    );
    return t(`${room}.${said.key}`, { ...params });
  };
}
