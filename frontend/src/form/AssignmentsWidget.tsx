/** Fields that are set, one after the other: each to the result of an expression. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { isRecord } from "@/graph/document";
import { CheckedExpression } from "./CheckedExpression";
import styles from "./form.module.css";
import { useFormVariables } from "./formVariables";
import { RowList } from "./RowList";
import { VariableSelect } from "./VariableSelect";
import type { WidgetProps } from "./widgetProps";

const MOST = 100;

interface Assignment {
  variable: string;
  value: string;
}

export function AssignmentsWidget({ value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const variables = useFormVariables();
  const rows = assignmentsOf(value);
  const taken = new Set(rows.map((row) => row.variable));
  const free = variables.find((one) => !taken.has(one.name));
  return (
    <RowList
      rows={rows}
      most={MOST}
      words={{
        add: t("assignments.add"),
        name: (number) => t("assignments.row", { number }),
        remove: (number) => t("assignments.remove", { number }),
      }}
      fresh={free && { variable: free.name, value: "" }}
      note={variables.length === 0 && <p className={styles.help}>{t("condition.noVariables")}</p>}
      onChange={onChange}
    >
      {(row, change, number) => <AssignmentRow number={number} row={row} taken={taken} onChange={change} />}
    </RowList>
  );
}

interface RowProps {
  number: number;
  row: Assignment;
  taken: ReadonlySet<string>;
  onChange: (row: Assignment) => void;
}

function AssignmentRow({ number, row, taken, onChange }: RowProps): ReactElement {
  const { t } = useTranslation("form");
  return (
    <>
      <VariableSelect
        label={t("assignments.variable", { number })}
        value={row.variable}
        taken={taken}
        onChange={(variable) => onChange({ ...row, variable })}
      />
      <CheckedExpression
        label={t("assignments.value", { number })}
        text={row.value}
        onChange={(value) => onChange({ ...row, value })}
      />
    </>
  );
}

function assignmentsOf(value: unknown): Assignment[] {
  const rows = Array.isArray(value) ? value.filter(isRecord) : [];
  return rows.map((row) => ({ variable: asText(row["variable"]), value: asText(row["value"]) }));
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
