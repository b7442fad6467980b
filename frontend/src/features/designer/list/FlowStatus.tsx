import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { DefinitionSummary } from "@/api/types";
import { StateTag, type Tone } from "@/ui/StateTag";

const TONES: Record<DefinitionSummary["status"], Tone> = {
  published: "success",
  changed: "warning",
  unpublished: "neutral",
  retired: "neutral",
};

/** Whether a flow is live, and whether its draft says something else. */
export function FlowStatus({ definition }: { definition: DefinitionSummary }): ReactElement {
  const { t } = useTranslation("designer");
  return (
    <StateTag tone={TONES[definition.status]}>
      {t(`status.${definition.status}`, { version: definition.live_version })}
    </StateTag>
  );
}
