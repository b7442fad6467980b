/** A step of a test run: when, where, why this way with the numbers, who was asked and who answered. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { RehearsedStep } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { explain } from "@/ui/explain";
import { useProblemText } from "@/ui/problemText";
import { WhyThese } from "@/ui/WhyThese";
import { reasonsOf, seatsOf, tracesOf, votesOf } from "./course";
import styles from "./Rehearsal.module.css";

const MARKS = { true: "✓", false: "✗", unknown: "?" };

export function StepLine({ step, title }: { step: RehearsedStep; title: string }): ReactElement {
  const { t } = useTranslation("rehearsal");
  const tell = useProblemText();
  const due = step.timers.at(-1);
  return (
    <li className={styles.step}>
      <div className={styles.stepHead}>
        <DateTime at={step.entered} />
        <strong>{title}</strong>
        {step.visit > 1 && <span className="muted">{t("visit", { count: step.visit })}</span>}
      </div>
      {reasonsOf(step).map((because, at) => {
        const { text, verdict } = explain(because);
        return (
          <p key={at} className={styles.reason} data-verdict={verdict}>
            <span>{text}</span> <span aria-label={t(`verdict.${verdict}`)}>{MARKS[verdict]}</span>
          </p>
        );
      })}
      <Asked step={step} />
      {votesOf(step).map((vote) => (
        <p key={`${vote.name} ${vote.at}`}>
          {t(`vote.${vote.outcome}`, { name: vote.name })} <DateTime at={vote.at} />
        </p>
      ))}
      {due && (
        <p className="muted">
          {t("due")} <DateTime at={due} />
        </p>
      )}
      {step.left === null && step.incident === null && <p className={styles.stands}>{t("stands")}</p>}
      {step.incident && (
        <p className={styles.incident}>
          {tell({ code: String(step.incident["code"]), message: String(step.incident["message"]) })}
        </p>
      )}
    </li>
  );
}

function Asked({ step }: { step: RehearsedStep }): ReactElement | null {
  const { t } = useTranslation("rehearsal");
  const local = useLocal();
  const turns = seatsOf(step);
  if (turns.length === 0) return null;
  const names = turns.map((seats) =>
    seats.map((seat) => local(seat.name) || seat.key).join(t("ui:list.comma")),
  );
  return (
    <>
      <p>{t("asks", { who: names.join(" → ") })}</p>
      <WhyThese traces={tracesOf(step)} />
    </>
  );
}
