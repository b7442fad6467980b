import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { AuditEntry, LocalisedText } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { DateTime } from "@/ui/DateTime";
import { withMoney } from "@/ui/moneyFormat";
import styles from "./Audit.module.css";
import { changesOf } from "./diff";

const SHORT = 10;

/** The name of a step of the run that the entry is about. */
type StepTitle = (node: string, entry: AuditEntry) => string;

/** Steps by name; the id, which the log keeps for ever, is in the tooltip. */
function Steps({ ids, titleOf }: { ids: string[]; titleOf: (node: string) => string }) {
  const { t } = useTranslation("console");
  return ids.map((id, at) => (
    <span key={id} title={id}>
      {at > 0 && t("ui:list.comma")}
      {titleOf(id)}
    </span>
  ));
}

const OF_STEPS = new Set(["nodes", "target"]);

function Diff({ entry, stepTitle }: { entry: AuditEntry; stepTitle: StepTitle }) {
  const { t } = useTranslation("console");
  const local = useLocal();
  const changes = changesOf(entry.before, entry.after, (name) => local(name as LocalisedText | string));
  if (changes.length === 0) return null;
  const known = (text: string | null, field: string) => {
    if (text === null || text === "") return t("audit.nothing");
    if (OF_STEPS.has(field))
      return <Steps ids={text.split(", ")} titleOf={(node) => stepTitle(node, entry)} />;
    if (field !== "status") return text;
    const words = entry.object.type === "definition" ? "audit.standing" : "status";
    return t(`${words}.${text}`, { defaultValue: text });
  };
  return (
    <dl className={styles.diff}>
      {changes.map((change) => (
        <div key={change.field}>
          <dt>{t(`audit.field.${change.field}`, { defaultValue: change.field })}</dt>
          <dd>
            <del>{known(change.before, change.field)}</del>
            <span aria-hidden> → </span>
            <span className="visually-hidden">{t("timeline.to")}</span>
            <ins>{known(change.after, change.field)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function ObjectLink({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation("console");
  const local = useLocal();
  const title = withMoney(local(entry.object.title)) || entry.object.id;
  if (entry.object.type === "definition")
    return (
      <Link to={`/flows/${entry.object.id}/versions`} data-row>
        {title}
      </Link>
    );
  if (entry.object.type !== "instance") return <span>{title}</span>;
  return (
    <>
      <Link to={`/console/${entry.object.id}`} data-row>
        {title}
      </Link>
      {entry.run && (
        <Link to={`/flows/${entry.run.definition.id}/versions`}>
          {t("audit.flow", { flow: local(entry.run.definition.title), version: entry.run.version })}
        </Link>
      )}
    </>
  );
}

type Props = { entries: readonly AuditEntry[]; withObject?: boolean; stepTitle: StepTitle };

/** Entries with who, when, from where, before and after, and why. Nobody can change or delete one. */
export function AuditList({ entries, withObject = true, stepTitle }: Props) {
  const { t } = useTranslation("console");
  return (
    <ol className={styles.list}>
      {entries.map((entry) => (
        <li key={entry.seq} className={styles.entry}>
          <div className={styles.head}>
            <strong>{t(`audit.action.${entry.action}`, { defaultValue: entry.action })}</strong>
            {withObject && <ObjectLink entry={entry} />}
            <span className={styles.when}>
              <DateTime at={entry.at} />
            </span>
          </div>
          {entry.reason && (
            <p className={styles.reason}>
              <span className="visually-hidden">{t("audit.reason")}</span>
              {entry.reason}
            </p>
          )}
          <Diff entry={entry} stepTitle={stepTitle} />
          <p className={styles.foot}>
            <span>{entry.actor.name || t("source.system")}</span>
            {entry.ip && <span className="num">IP {entry.ip}</span>}
            <span className="num">#{entry.seq}</span>
            <code title={t("audit.hash", { hash: entry.hash })}>{entry.hash.slice(0, SHORT)}</code>
          </p>
        </li>
      ))}
    </ol>
  );
}
