/** What came of a test run: how it ended, step by step with the numbers, and what the live version would do otherwise. */
import { Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Rehearsal, RehearsedRun } from "@/api/types";
import { formatDuration } from "@/ui/duration";
import { DateTime } from "@/ui/DateTime";
import { Money } from "@/ui/Money";
import { withMoney } from "@/ui/moneyFormat";
import { StateTag, type Tone } from "@/ui/StateTag";
import { DifferenceView } from "./DifferenceView";
import styles from "./Rehearsal.module.css";
import { StepLine } from "./StepLine";
import { useChangeText } from "./useChangeText";

const TONES: Record<RehearsedRun["ending"], Tone> = {
  completed: "success",
  incident: "danger",
  waiting: "warning",
  cut_off: "warning",
};

interface OutcomeProps {
  found: Rehearsal;
  run: RehearsedRun | undefined;
  shown: number;
  onShow: (number: number) => void;
  titleOf: (node: string) => string;
  /** Many runs were compared; the one that is shown is an example. */
  fallback: boolean;
}

export function Outcome({ found, run, shown, onShow, titleOf, fallback }: OutcomeProps): ReactElement {
  const { t } = useTranslation("rehearsal");
  return (
    <section className={styles.outcome} aria-label={t("result")} data-region>
      {found.difference && fallback && (
        <DifferenceView difference={found.difference} cutOff={found.is_cut_off} titleOf={titleOf} />
      )}
      {fallback && !found.difference && <p className="muted">{t("noLive")}</p>}
      {found.runs.length > 1 && (
        <div className={styles.field}>
          <label htmlFor="rehearsal-example">{t("example")}</label>
          <Select
            id="rehearsal-example"
            value={shown}
            onChange={onShow}
            options={found.runs.map((one, at) => ({ value: at, label: withMoney(one.subject.title) }))}
          />
        </div>
      )}
      {run && <Run run={run} titleOf={titleOf} compared={found.live_version !== null} />}
      {!run && <p>{t("nothingFound")}</p>}
    </section>
  );
}

function Run({
  run,
  titleOf,
  compared,
}: {
  run: RehearsedRun;
  titleOf: (node: string) => string;
  compared: boolean;
}): ReactElement {
  const { t } = useTranslation("rehearsal");
  const { t: ui } = useTranslation("ui");
  const change = useChangeText(titleOf);
  return (
    <>
      <h2 className={styles.ending}>
        <StateTag tone={TONES[run.ending]}>{t(`ending.${run.ending}`)}</StateTag>
        <span>{run.subject.title ? withMoney(run.subject.title) : null}</span>
      </h2>
      <p className="muted">
        <DateTime at={run.started_at} /> → <DateTime at={run.ended_at} /> ·{" "}
        {formatDuration(run.took_seconds, ui)}
      </p>
      <ol className={styles.steps} aria-label={t("steps")}>
        {run.steps.map((step, at) => (
          <StepLine key={at} step={step} title={titleOf(step.node)} />
        ))}
      </ol>
      <h3>{t("effects")}</h3>
      {run.effects.length === 0 ? (
        <p className="muted">{t("noEffects")}</p>
      ) : (
        <ul className={styles.changes}>
          {run.effects.map((effect) => (
            <li key={effect.key}>
              {t("effect", { step: titleOf(effect.node) })}
              {effect.amount && (
                <>
                  {" "}
                  <Money value={effect.amount} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {compared && (
        <>
          <h3>{t("difference.title")}</h3>
          {run.changes.length === 0 ? (
            <p className="muted">{t("difference.same")}</p>
          ) : (
            <ul className={styles.changes}>
              {run.changes.map((one, at) => (
                <li key={at}>{change(one)}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </>
  );
}
