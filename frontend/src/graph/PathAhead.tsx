/** The path still ahead, a step a line: whom it would ask, where a condition cannot be decided, where it stands. */
import { useTranslation } from "react-i18next";
import type { PathAhead as Ahead, StopAhead } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { useSeatName } from "@/ui/seatName";
import styles from "./PathAhead.module.css";

function useWho(): (stop: StopAhead) => string {
  const { t } = useTranslation("graph");
  const nameOf = useSeatName();
  return (stop) => stop.turns.map((turn) => turn.map(nameOf).join(t("ui:list.comma"))).join(" → ");
}

function Notes({ stop }: { stop: StopAhead }) {
  const { t } = useTranslation("graph");
  const asks = stop.type === "approval";
  return (
    <>
      {stop.until && (
        <p className="muted">
          {t("ahead.until")} <DateTime at={stop.until} />
        </p>
      )}
      {stop.is_undecided && <p className={styles.guess}>{t("ahead.undecided")}</p>}
      {stop.stands && <p className={styles.guess}>{t(asks ? "ahead.nobody" : "ahead.stands")}</p>}
      {stop.failure && <p className={styles.failure}>{t("ahead.failure")}</p>}
    </>
  );
}

export function PathAhead({ ahead }: { ahead: Ahead }) {
  const { t } = useTranslation("graph");
  const local = useLocal();
  const who = useWho();
  return (
    <>
      <p className={styles.hint}>{t("ahead.hint")}</p>
      <ol className={styles.path}>
        {ahead.stops.map((stop) => (
          <li key={`${stop.node} ${stop.visit}`} data-current={stop.is_current}>
            <span className="visually-hidden">{t(stop.is_current ? "ahead.now" : "ahead.then")}</span>
            <p className={styles.step}>
              <strong>{local(stop.name) || t(`kind.${stop.type}`, { defaultValue: stop.node })}</strong>
              {stop.awaits_choice && <span className="muted">{t("ahead.chooses")}</span>}
              {stop.turns.length > 0 && <span>{who(stop)}</span>}
            </p>
            <Notes stop={stop} />
          </li>
        ))}
      </ol>
      {ahead.is_cut_off && <p className="muted">{t("ahead.more")}</p>}
    </>
  );
}
