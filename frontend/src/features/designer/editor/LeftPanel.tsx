/** Palette and outline in two tabs. */
import { type KeyboardEvent, type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Scene } from "@/graph/scene";
import styles from "./Editor.module.css";
import { Outline } from "./Outline";
import { Palette, type StartDrag } from "./Palette";
import type { ProblemCounts } from "./useSpoken";

const TABS = ["palette", "outline"] as const;

interface LeftPanelProps {
  scene: Scene;
  problems: ProblemCounts;
  spoken: (id: string) => string;
  startDrag: StartDrag;
}

export function LeftPanel({ scene, problems, spoken, startDrag }: LeftPanelProps): ReactElement {
  const { t } = useTranslation("designer");
  const [tab, setTab] = useState<(typeof TABS)[number]>("palette");
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = tab === "palette" ? "outline" : "palette";
    setTab(next);
    event.currentTarget.parentElement?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <section className={styles.left} aria-label={t("region.left")} data-region>
      <div role="tablist" aria-label={t("region.left")} className={styles.tabs}>
        {TABS.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={tab === name}
            aria-controls="left-panel"
            tabIndex={tab === name ? 0 : -1}
            className={styles.tab}
            onClick={() => setTab(name)}
            onKeyDown={onKeyDown}
          >
            {t(`tab.${name}`)}
          </button>
        ))}
      </div>
      <div id="left-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className={styles.leftBody}>
        {tab === "palette" ? (
          <Palette startDrag={startDrag} />
        ) : (
          <Outline scene={scene} problems={problems} spoken={spoken} />
        )}
      </div>
    </section>
  );
}
