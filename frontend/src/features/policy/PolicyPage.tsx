/** What is wrong with live flows and the organisation, each where it is, and since when. */
import { CheckCircleOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { PolicyFinding } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { StateTag } from "@/ui/StateTag";
import { useFindings } from "./findings";
import styles from "./Policy.module.css";
import { useFindingText } from "./useFindingText";

export function PolicyPage() {
  const { t } = useTranslation("policy");
  usePage([{ label: t("title") }]);
  const query = useFindings();
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div>
          <h1>{t("title")}</h1>
          <p className="muted">{t("intro")}</p>
        </div>
        <Button loading={query.isFetching} onClick={() => void query.refetch()}>
          {t("again")}
        </Button>
      </header>
      <div className={styles.panel} aria-busy={query.isPending}>
        <Findings query={query} />
      </div>
      {query.data && (
        <p className="muted">
          {t("lookedAt")} <DateTime at={query.data.looked_at} />
        </p>
      )}
    </div>
  );
}

function Findings({ query }: { query: ReturnType<typeof useFindings> }) {
  const { t } = useTranslation("policy");
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <Loading label={t("loading")} onRetry={() => void query.refetch()}>
        <SkeletonLines widths={["60%", "90%", "40%"]} />
      </Loading>
    );
  }
  const { results } = query.data;
  if (results.length === 0) {
    return (
      <EmptyState picture={<CheckCircleOutlined />} title={t("empty")}>
        {t("emptyHelp")}
      </EmptyState>
    );
  }
  return (
    <ul className={styles.list}>
      {results.map((finding) => (
        <FindingRow key={keyOf(finding)} finding={finding} />
      ))}
    </ul>
  );
}

function FindingRow({ finding }: { finding: PolicyFinding }) {
  const { t } = useTranslation("policy");
  const tell = useFindingText();
  const { flow, problem, since } = finding;
  return (
    <li className={styles.row}>
      <StateTag tone={problem.severity === "error" ? "danger" : "warning"}>{t(problem.severity)}</StateTag>
      <div className={styles.what}>
        <strong>{tell(finding)}</strong>
        {flow ? <Place flow={flow} /> : <span className="muted">{t("house")}</span>}
      </div>
      <span className={styles.since}>
        {since === null ? (
          t("new")
        ) : (
          <>
            {t("since")} <DateTime at={since} />
          </>
        )}
      </span>
    </li>
  );
}

function Place({ flow }: { flow: NonNullable<PolicyFinding["flow"]> }) {
  const { t } = useTranslation("policy");
  const local = useLocal();
  const step = flow.steps.length === 1 ? flow.steps[0] : undefined;
  return (
    <span className="muted">
      <Link to={`/flows/${flow.id}`}>{t("flow", { title: local(flow.title), version: flow.version })}</Link>
      {step && ` · ${t("step", { step: local(step.title) || step.id })}`}
    </span>
  );
}

function keyOf({ flow, problem }: PolicyFinding): string {
  return [flow?.key, problem.code, problem.node, problem.path, JSON.stringify(problem.params)].join("|");
}
