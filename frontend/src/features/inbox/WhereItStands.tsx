import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Task } from "@/api/types";
import { Loading } from "@/ui/Loading";
import { ProblemText } from "@/ui/ProblemText";
import { useInstance } from "./api/readInstance";
import styles from "./Detail.module.css";
import { SectionTitle } from "./SectionTitle";

const GraphView = lazy(async () => ({ default: (await import("@/graph/GraphView")).GraphView }));

function Drawing({ task }: { task: Task }) {
  const { t } = useTranslation("inbox");
  const { data, error } = useInstance(task.instance);
  if (error && !data) {
    return (
      <p className="muted">
        <ProblemText problem={error} />
      </p>
    );
  }
  if (!data) return <Loading label={t("where.loading")} />;
  return (
    <Suspense fallback={<Loading label={t("where.loading")} />}>
      <GraphView graph={data.graph} layout={data.layout} run={data} label={t("where.label")} height={320} />
    </Suspense>
  );
}

/** The flow with the way this run has taken. */
export function WhereItStands({ task }: { task: Task }) {
  const { t } = useTranslation("inbox");
  return (
    <section className={styles.section} aria-labelledby="where-title">
      <div className={styles.sectionHead}>
        <SectionTitle id="where-title">{t("where.title")}</SectionTitle>
        <Link to={`/console/${task.instance}`}>{t("where.timeline")}</Link>
      </div>
      <div className={styles.drawing}>
        <Drawing task={task} />
      </div>
    </section>
  );
}
