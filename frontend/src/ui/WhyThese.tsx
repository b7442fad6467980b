/** Why these people and not others: every run of the assignment's rules, a sentence a line, folded away at first. */
import { CheckOutlined, InfoOutlined, MinusOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { TaskTrace } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import { stageOf, useWhySentence, type Verdict, verdictOf } from "@/ui/why";
import styles from "./WhyThese.module.css";

const MARKS: Record<Verdict, typeof CheckOutlined> = {
  taken: CheckOutlined,
  left: MinusOutlined,
  told: InfoOutlined,
};

type Props = {
  traces: readonly TaskTrace[];
  stepName?: (id: string) => string;
  id?: string;
};

function Run({ trace, stepName }: { trace: TaskTrace; stepName: (id: string) => string }) {
  const { t } = useTranslation("why");
  const say = useWhySentence(stepName);
  return (
    <ul className={styles.lines}>
      {trace.lines.map((line, at) => {
        const verdict = verdictOf(line);
        const Mark = MARKS[verdict];
        return (
          <li key={at} data-verdict={verdict}>
            <span className={styles.mark} role="img" aria-label={t(verdict)}>
              <Mark aria-hidden />
            </span>
            <span className={styles.stage}>{t(`stage.${stageOf(line)}`)}</span>
            <span>{say(line)}</span>
          </li>
        );
      })}
    </ul>
  );
}

export function WhyThese({ traces, stepName = (step) => step, id }: Props) {
  const { t } = useTranslation("why");
  const told = traces.filter((trace) => trace.lines.length > 0);
  if (told.length === 0) return null;
  return (
    <details className={styles.why} id={id}>
      <summary>{t("title")}</summary>
      {told.map((trace, at) => (
        <div key={`${trace.at} ${at}`}>
          {(told.length > 1 || trace.cause !== "opened") && (
            <p className={styles.cause}>
              <strong>{t(`cause.${trace.cause}`)}</strong> <DateTime at={trace.at} />
            </p>
          )}
          <Run trace={trace} stepName={stepName} />
        </div>
      ))}
    </details>
  );
}
