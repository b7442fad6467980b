import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Migration } from "@/api/types";
import { StateTag, type Tone } from "@/ui/StateTag";

const TONES: Record<Migration["status"], Tone> = {
  planning: "info",
  planned: "neutral",
  running: "info",
  done: "success",
};

/** How far a migration is. */
export function MigrationTag({ status }: { status: Migration["status"] }): ReactElement {
  const { t } = useTranslation("migration");
  return <StateTag tone={TONES[status]}>{t(`status.${status}`)}</StateTag>;
}
