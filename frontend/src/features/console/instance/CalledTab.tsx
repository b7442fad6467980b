import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { CalledRun } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { StateTag } from "@/ui/StateTag";
import type { Run } from "../api/instance";
import { StatusTag } from "../list/Why";
import styles from "./Instance.module.css";
import { useSteps } from "@/graph/useSteps";

/** As many as the server shows. */
const MOST = 200;

/** The called runs of each visit of a step, in their order. */
function byVisit(runs: readonly CalledRun[]): [string, CalledRun[]][] {
  const visits = new Map<string, CalledRun[]>();
  for (const run of runs) {
    const visit = `${run.node} ${String(run.visit)}`;
    visits.set(visit, [...(visits.get(visit) ?? []), run]);
  }
  return [...visits];
}

function Line({ called, numbered }: { called: CalledRun; numbered: boolean }) {
  const { t } = useTranslation("console");
  const local = useLocal();
  return (
    <li className={styles.taskHead}>
      <Link to={`/console/${called.instance}`}>
        {numbered && `${t("called.item", { number: called.item + 1 })} · `}
        {local(called.definition.title) || called.definition.key}{" "}
        <span className="num">v{called.version}</span>
      </Link>
      <StatusTag status={called.status} />
      {called.incidents > 0 && (
        <StateTag tone="danger">{t("called.incidents", { count: called.incidents })}</StateTag>
      )}
      {!called.waits && <span className="muted">{t("called.alone")}</span>}
    </li>
  );
}

/** The runs of other flows that the steps of this one called, by step and visit. */
export function CalledTab({ run }: { run: Run }) {
  const { t } = useTranslation("console");
  const steps = useSteps(run.graph);
  return (
    <div>
      {byVisit(run.called).map(([visit, called]) => {
        const step = steps.title(called[0]?.node ?? "");
        const completed = called.filter((one) => one.status === "completed").length;
        return (
          <Fragment key={visit}>
            <h2 className={styles.calledStep}>
              {t("called.summary", { step, completed, total: called.length })}
            </h2>
            <ul className={styles.called} aria-label={t("called.list", { step })}>
              {called.map((one) => (
                <Line key={one.instance} called={one} numbered={called.length > 1 || one.item > 0} />
              ))}
            </ul>
          </Fragment>
        );
      })}
      {run.called.length === MOST && <p className={styles.small}>{t("called.newest", { count: MOST })}</p>}
    </div>
  );
}
