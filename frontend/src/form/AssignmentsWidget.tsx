/** Fields that are set, one after the other: each to the result of an expression. */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { isRecord, textOf, type Variable } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { useExpressionCheck } from "./checkExpression";
import { ExpressionInput } from "./ExpressionInput";
import styles from "./form.module.css";
import { useFormVariables } from "./formVariables";
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
  const remove = (at: number): void => {
    const rest = rows.toSpliced(at, 1);
    onChange(rest.length > 0 ? rest : undefined);
  };
  return (
    <div className={styles.steps}>
      {rows.map((row, at) => (
        <AssignmentRow
          key={at}
          number={at + 1}
          row={row}
          variables={variables}
          taken={taken}
          onChange={(next) => onChange(rows.with(at, next))}
          onRemove={() => remove(at)}
        />
      ))}
      {variables.length === 0 && <p className={styles.help}>{t("condition.noVariables")}</p>}
      {rows.length < MOST && (
        <Button
          type="dashed"
          block
          disabled={free === undefined}
          icon={<PlusOutlined aria-hidden />}
          onClick={() => free && onChange([...rows, { variable: free.name, value: "" }])}
        >
          {t("assignments.add")}
        </Button>
      )}
    </div>
  );
}

interface RowProps {
  number: number;
  row: Assignment;
  variables: readonly Variable[];
  taken: ReadonlySet<string>;
  onChange: (row: Assignment) => void;
  onRemove: () => void;
}

function AssignmentRow({ number, row, variables, taken, onChange, onRemove }: RowProps): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const { checked, failed } = useExpressionCheck(row.value, variables);
  const options = variables
    .filter((one) => one.name === row.variable || !taken.has(one.name))
    .map((one) => ({ value: one.name, label: textOf(one.label, currentLanguage()) || one.name }));
  const name = t("assignments.row", { number });
  return (
    <div className={styles.step} role="group" aria-label={name}>
      <div className={styles.stepHead}>
        <span>{name}</span>
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t("assignments.remove", { number })}
          onClick={onRemove}
        />
      </div>
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
    </div>
  );
}

function assignmentsOf(value: unknown): Assignment[] {
  const rows = Array.isArray(value) ? value.filter(isRecord) : [];
  return rows.map((row) => ({ variable: asText(row["variable"]), value: asText(row["value"]) }));
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
