/** Fields that are set, one after the other: each to the result of an expression. */
import { Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { isRecord, textOf, type Variable } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { useExpressionCheck } from "./checkExpression";
import { ExpressionInput } from "./ExpressionInput";
import styles from "./form.module.css";
import { useFormVariables } from "./formVariables";
import { RowList } from "./RowList";
import { FULL } from "./sizes";
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
      {(row, change, number) => (
        <AssignmentRow number={number} row={row} variables={variables} taken={taken} onChange={change} />
      )}
    </RowList>
  );
}

interface RowProps {
  number: number;
  row: Assignment;
  variables: readonly Variable[];
  taken: ReadonlySet<string>;
  onChange: (row: Assignment) => void;
}

function AssignmentRow({ number, row, variables, taken, onChange }: RowProps): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const { checked, failed } = useExpressionCheck(row.value, variables);
  const options = variables
    .filter((one) => one.name === row.variable || !taken.has(one.name))
    .map((one) => ({ value: one.name, label: textOf(one.label, currentLanguage()) || one.name }));
  return (
    <>
      <Select
        aria-label={t("assignments.variable", { number })}
        size="small"
        style={FULL}
        showSearch={{ optionFilterProp: "label" }}
        value={row.variable || null}
        options={options}
        onChange={(variable: string) => onChange({ ...row, variable })}
      />
      <ExpressionInput
        id={`${id}-value`}
        label={t("assignments.value", { number })}
        text={row.value}
        variables={variables}
        check={checked?.text === row.value ? checked.check : undefined}
        fine={t("assignments.fine")}
        placeholder="${orderTotal} * 0.3"
        onChange={(text) => onChange({ ...row, value: text })}
      />
      {failed && <p className={styles.problems}>{t("assignments.unchecked")}</p>}
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
