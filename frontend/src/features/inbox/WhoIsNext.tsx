import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { PathAhead } from "@/graph/PathAhead";
import { useAhead } from "@/graph/useAhead";
import { ProblemText } from "@/ui/ProblemText";
import styles from "./Detail.module.css";
import { SectionTitle } from "./SectionTitle";

/** Whom an approval would lead to, step by step. */
export function WhoIsNext({ task }: { task: Task }) {
  const { t } = useTranslation("graph");
  const { data, error } = useAhead(task.instance, `${task.id} ${task.revision}`, task.closed_at === null);
  const known = data ? data.stops.length > 0 : error !== null;
  if (task.closed_at !== null || !known) return null;
  return (
    <section className={styles.section} aria-labelledby="ahead-title">
      <SectionTitle id="ahead-title">{t("ahead.title")}</SectionTitle>
      {data ? (
        <PathAhead ahead={data} />
      ) : (
        <p className="muted">
          <ProblemText problem={error} />
        </p>
      )}
    </section>
  );
}
