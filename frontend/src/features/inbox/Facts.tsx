import { useTranslation } from "react-i18next";
import type { SubjectFact } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { isMoney } from "@/ui/moneyFormat";
import styles from "./Detail.module.css";
import { factText } from "./taskFacts";

/** Everything the order side handed over about the subject, in its order. */
export function Facts({ facts }: { facts: SubjectFact[] }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  // The order number stands in the head already.
  const shown = facts.filter((fact) => fact.key !== "orderNo");
  if (shown.length === 0) return null;
  return (
    <section aria-label={t("detail.facts")}>
      <dl className={styles.facts}>
        {shown.map((fact) => (
          <div key={fact.key} data-money={isMoney(fact.value)}>
            <dt>{local(fact.label)}</dt>
            <dd className="num">{factText(fact.value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
