import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./States.module.css";

const SHOW_AFTER_MS = 300;
const SLOW_AFTER_MS = 8_000;

function useElapsed(ms: number): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return over;
}

/** Grey bars in the place of text lines. */
export function SkeletonLines({ widths = ["60%", "90%", "75%"] }: { widths?: string[] }) {
  return (
    <div className={styles.skeleton} aria-hidden>
      {widths.map((width, index) => (
        <div key={index} className={styles.bar} style={{ width }} />
      ))}
    </div>
  );
}

/** Shows a skeleton after 300 ms with its sentence for screen readers, and after 8 s says that it is slow. */
export function Loading({
  label,
  children,
  onRetry,
}: {
  label: string;
  children?: ReactNode;
  onRetry?: () => void;
}) {
  const { t } = useTranslation("ui");
  const visible = useElapsed(SHOW_AFTER_MS);
  const slow = useElapsed(SLOW_AFTER_MS);
  if (!visible) return <div aria-busy="true" />;
  return (
    <div aria-busy="true">
      <p
        role="status"
        className={slow ? "muted" : "visually-hidden"}
        style={slow ? { padding: 16 } : undefined}
      >
        {slow ? t("loading.slow") : label}
        {slow && onRetry && (
          <button type="button" className="link-button" onClick={onRetry}>
            {t("error.retry")}
          </button>
        )}
      </p>
      {children ?? <SkeletonLines />}
    </div>
  );
}
