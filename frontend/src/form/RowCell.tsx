/** One cell of a row whose columns the schema names: a written text, a choice, a duration, a variable, an expression. */
import { Input, Select } from "antd";
import { type ReactElement, useId } from "react";
import type { UiHint } from "@/api/documents";
import { textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { useConnectionOptions } from "./catalogueWidgets";
import { CheckedExpression } from "./CheckedExpression";
import { DurationInput } from "./DurationInput";
import { Field } from "./Field";
import { FULL } from "./sizes";
import { VariableSelect } from "./VariableSelect";

export type Column = NonNullable<UiHint["columns"]>[number];

/** The columns that a row of its kind has; one without a kind yet is of the first. */
export function columnsOf(columns: readonly Column[], row: Readonly<Record<string, unknown>>): Column[] {
  return columns.filter(({ shown_for: only }) => {
    if (!only) return true;
    const first = columns.find((one) => one.field === only.field)?.options?.[0]?.value;
    return (row[only.field] || first) === only.value;
  });
}

export interface RowCellProps {
  column: Column;
  label: string;
  value: string;
  taken: ReadonlySet<string>;
  onChange: (text: string) => void;
}

export function RowCell({ column, label, value, taken, onChange }: RowCellProps): ReactElement {
  const id = useId();
  const language = currentLanguage();
  switch (column.widget) {
    case "variable":
      return <VariableSelect label={label} value={value} taken={taken} onChange={onChange} />;
    case "connection":
      return <ConnectionSelect {...{ column, label, value, taken, onChange }} />;
    case "expression":
      return <CheckedExpression label={label} text={value} onChange={onChange} />;
    case "duration":
      return (
        <Field id={id} label={label}>
          <DurationInput id={id} size="small" value={value} onChange={onChange} />
        </Field>
      );
    case "select": {
      const options = (column.options ?? []).map((one) => ({
        value: one.value,
        label: textOf(one.label, language),
      }));
      return (
        <Select
          aria-label={label}
          size="small"
          style={FULL}
          value={value || (options[0]?.value ?? null)}
          options={options}
          onChange={onChange}
        />
      );
    }
    default:
      return (
        <Input
          aria-label={label}
          size="small"
          placeholder={textOf(column.label, language)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

function ConnectionSelect({ column, label, value, taken, onChange }: RowCellProps): ReactElement {
  const options = useConnectionOptions(column.options).filter(
    (one) => one.value === value || !taken.has(one.value),
  );
  return (
    <Select
      aria-label={label}
      size="small"
      style={FULL}
      showSearch={{ optionFilterProp: "label" }}
      value={value || null}
      options={options}
      onChange={onChange}
    />
  );
}
