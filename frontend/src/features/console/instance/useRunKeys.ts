/** The keys of a run's page: D to the drawing, L to the timeline, P and Y for what may be done. */
import { type RefObject, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { InterventionKind } from "@/api/types";
import { useShortcuts } from "@/ui/shortcuts";

type Wants = {
  can: readonly InterventionKind[];
  act: (kind: InterventionKind) => void;
  showTimeline: () => void;
};

/** Put the ref on what holds the drawing. */
export function useRunKeys({ can, act, showTimeline }: Wants): RefObject<HTMLDivElement | null> {
  const { t } = useTranslation("console");
  const drawing = useRef<HTMLDivElement>(null);
  useShortcuts(t("page.title"), [
    {
      keys: ["d"],
      label: t("keys.drawing"),
      run: () => drawing.current?.querySelector<HTMLElement>('[data-node][tabindex="0"]')?.focus(),
    },
    { keys: ["l"], label: t("keys.timeline"), run: showTimeline },
    {
      keys: ["p"],
      label: t("keys.force"),
      enabled: can.includes("force-advance"),
      run: () => act("force-advance"),
    },
    { keys: ["y"], label: t("keys.retry"), enabled: can.includes("retry"), run: () => act("retry") },
  ]);
  return drawing;
}
