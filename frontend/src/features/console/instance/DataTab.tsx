import { useTranslation } from "react-i18next";
import { hasRole, useCurrentUser } from "@/api/session";
import type { HistoryEntry, SubjectFact } from "@/api/types";
import { useTriggers } from "@/form/catalogueWidgets";
import { startOf, type Variable } from "@/graph/document";
import { useLocal } from "@/i18n/local";
import { isMoney, formatMoney } from "@/ui/moneyFormat";
import { formatDateTime } from "@/ui/dateFormat";
import type { Run } from "../api/instance";
import styles from "./Instance.module.css";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function useValueText(): (value: unknown, type?: string) => string {
  const { t } = useTranslation("console");
  return (value, type) => {
    if (value === null || value === undefined || value === "") return t("data.empty");
    if (isMoney(value)) return formatMoney(value);
    if (typeof value === "boolean") return t(value ? "data.yes" : "data.no");
    if (typeof value === "string") {
      return type === "datetime" || INSTANT.test(value) ? formatDateTime(new Date(value)) : value;
    }
    return typeof value === "number" ? String(value) : JSON.stringify(value);
  };
}

/** What people saw of the subject when the run began: a part of the fact that started it. */
function factsOf(history: readonly HistoryEntry[]): SubjectFact[] {
  const started = history.find((entry) => entry.kind === "started");
  return started?.data.subject?.facts ?? [];
}

/** What the flow decides by comes first; the rest came along with the event that started it. */
function useNamedVariables({ graph }: Run): Pick<Variable, "name" | "type" | "label">[] {
  const user = useCurrentUser();
  const triggers = useTriggers(hasRole(user, "designer", "approver", "supervisor", "auditor"));
  const event = startOf(graph)?.config["trigger"];
  const along = triggers.data?.results.find((one) => one.key === event)?.variables ?? [];
  const declared = new Set(graph.variables.map((variable) => variable.name));
  return [...graph.variables, ...along.filter((variable) => !declared.has(variable.name))];
}

/** The variables the flow decides by, and the facts people see. */
export function DataTab({ instance, history }: { instance: Run; history: readonly HistoryEntry[] }) {
  const { t } = useTranslation("console");
  const local = useLocal();
  const say = useValueText();
  const facts = factsOf(history);
  const named = useNamedVariables(instance);
  const place = (name: string): number => {
    const at = named.findIndex((variable) => variable.name === name);
    return at < 0 ? named.length : at;
  };
  const variables = Object.entries(instance.variables).sort(([a], [b]) => place(a) - place(b));
  return (
    <div className={styles.data}>
      {facts.length > 0 && (
        <section>
          <h2>{t("data.facts")}</h2>
          <dl>
            {facts.map((fact) => (
              <div key={fact.key}>
                <dt>{local(fact.label)}</dt>
                <dd className="num">{say(fact.value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <section>
        <h2>{t("data.variables")}</h2>
        {variables.length === 0 ? (
          <p className="muted">{t("data.none")}</p>
        ) : (
          <dl>
            {variables.map(([name, value]) => {
              const variable = named[place(name)];
              return (
                <div key={name}>
                  <dt>
                    {local(variable?.label)}
                    <code>{name}</code>
                  </dt>
                  <dd className="num">{say(value, variable?.type)}</dd>
                </div>
              );
            })}
          </dl>
        )}
      </section>
    </div>
  );
}
