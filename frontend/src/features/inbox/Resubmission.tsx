/** A request that came back to who asked: what was said. Behind it: what they changed since. */
import { useTranslation } from "react-i18next";
import type { ChangedField, TaskDetail } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import styles from "./Resubmission.module.css";
import { shownValue } from "./resubmission";
import { SectionTitle } from "./SectionTitle";

type Whole = NonNullable<TaskDetail["resubmission"]>;

export function Resubmission({ resubmission }: { resubmission: TaskDetail["resubmission"] }) {
  if (!resubmission) return null;
  return (
    <>
      {resubmission.returned && <CameBack returned={resubmission.returned} />}
      {resubmission.resubmitted && <Changed resubmitted={resubmission.resubmitted} />}
    </>
  );
}

/** Everybody who rejected it with their words, or who sent it back. */
function CameBack({ returned }: { returned: NonNullable<Whole["returned"]> }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const said = returned.said ?? [
    { by_name: returned.by_name ?? "", comment: returned.comment ?? "", at: returned.at },
  ];
  const step = local(returned.node_name ?? {}) || returned.node;
  return (
    <section className={styles.back} aria-labelledby="came-back">
      <SectionTitle id="came-back">
        {step ? t(`resubmit.came.${returned.outcome ?? "returned"}`, { step }) : t("resubmit.came.byHand")}
      </SectionTitle>
      <ul>
        {said.map((one) => (
          <li key={`${one.by_name}${one.at}`}>
            <span>{one.by_name}</span> <DateTime at={one.at} />
            <p>{one.comment}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Changed({ resubmitted }: { resubmitted: NonNullable<Whole["resubmitted"]> }) {
  const { t } = useTranslation("inbox");
  return (
    <section className={styles.changed} aria-labelledby="changed-since">
      <SectionTitle id="changed-since">
        {t("resubmit.changedBy", { name: resubmitted.by_name })} <DateTime at={resubmitted.at} />
      </SectionTitle>
      {resubmitted.comment && <p>{resubmitted.comment}</p>}
      {resubmitted.changes.length === 0 ? (
        <p className="muted">{t("resubmit.nothing")}</p>
      ) : (
        <dl>
          {resubmitted.changes.map((change) => (
            <Difference key={change.key} change={change} />
          ))}
        </dl>
      )}
    </section>
  );
}

export function Difference({ change }: { change: ChangedField }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  return (
    <div>
      <dt>{local(change.label) || change.key}</dt>
      {change.long ? (
        <dd>{t("resubmit.long")}</dd>
      ) : (
        <dd className="num">
          <del>
            <span className="visually-hidden">{t("resubmit.before")}</span>
            {shownValue(change.before)}
          </del>{" "}
          <span aria-hidden>→</span>{" "}
          <ins>
            <span className="visually-hidden">{t("resubmit.after")}</span>
            {shownValue(change.after)}
          </ins>
        </dd>
      )}
    </div>
  );
}
