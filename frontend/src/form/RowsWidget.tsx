/** Rows of a config field whose columns the schema names: written texts, variables and expressions. */
import { Input } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { UiHint } from "@/api/documents";
import { isRecord, textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { CheckedExpression } from "./CheckedExpression";
import { RowList } from "./RowList";
import { VariableSelect } from "./VariableSelect";
import type { WidgetProps } from "./widgetProps";

type Column = NonNullable<UiHint["columns"]>[number];
type Row = Record<string, string>;

const MOST = 100;

export function RowsWidget({ schema, value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const columns = schema.ui?.columns ?? [];
  const what = textOf(schema.ui?.label, currentLanguage());
  const rows = rowsOf(value, columns);
  return (
    <RowList
      rows={rows}
      most={schema.maxItems ?? MOST}
      words={{
        add: t("rows.add", { what }),
        name: (number) => t("rows.row", { what, number }),
        remove: (number) => t("rows.remove", { what, number }),
      }}
      fresh={Object.fromEntries(columns.map((column) => [column.field, ""]))}
      onChange={onChange}
    >
      {(row, change, number) => (
        <>
          {columns.map((column) => {
            const name = textOf(column.label, currentLanguage());
            return (
              <Cell
                key={column.field}
                column={column}
                name={name}
                label={t("rows.cell", { what, number, name })}
                value={row[column.field] ?? ""}
                taken={new Set(rows.map((one) => one[column.field] ?? ""))}
                onChange={(text) => change({ ...row, [column.field]: text })}
              />
            );
          })}
        </>
      )}
    </RowList>
  );
}

function Cell(props: {
  column: Column;
  name: string;
  label: string;
  value: string;
  taken: ReadonlySet<string>;
  onChange: (text: string) => void;
}): ReactElement {
  const { label, value, onChange } = props;
  switch (props.column.widget) {
    case "variable":
      return <VariableSelect label={label} value={value} taken={props.taken} onChange={onChange} />;
    case "expression":
      return <CheckedExpression label={label} text={value} onChange={onChange} />;
    default:
      return (
        <Input
          aria-label={label}
          size="small"
          placeholder={props.name}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

function rowsOf(value: unknown, columns: readonly Column[]): Row[] {
  const rows = Array.isArray(value) ? value.filter(isRecord) : [];
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ field }) => [field, typeof row[field] === "string" ? row[field] : ""])),
  );
}
