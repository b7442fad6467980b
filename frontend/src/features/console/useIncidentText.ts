/** What went wrong at a step: our words by its code, else the server's own sentence. */
import { useTranslation } from "react-i18next";

export function useIncidentText(): (incident: { code: string; message: string }) => string {
  const { t } = useTranslation("console");
  return ({ code, message }) => t(`incident.${code}`, { defaultValue: message });
}
