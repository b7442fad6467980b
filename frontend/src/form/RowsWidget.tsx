/** Rows of a config field whose columns the schema names: written texts, variables and expressions. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { JsonSchema } from "@/api/documents";
import { isRecord, textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { type Column, columnsOf, RowCell } from "./RowCell";
import { RowList } from "./RowList";
import type { WidgetProps } from "./widgetProps";

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
          {columnsOf(columns, row).map((column) => {
            const name = textOf(column.label, currentLanguage());
            return (
              <RowCell
                key={column.field}
                column={withOptionsOf(schema, column)}
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

/** A column that chooses among connections does so among those that the whole field may use. */
function withOptionsOf(schema: JsonSchema, column: Column): Column {
  const options = column.options ?? schema.ui?.options;
  return column.widget === "connection" && options ? { ...column, options } : column;
}

function rowsOf(value: unknown, columns: readonly Column[]): Row[] {
  const rows = Array.isArray(value) ? value.filter(isRecord) : [];
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ field }) => [field, typeof row[field] === "string" ? row[field] : ""])),
  );
}
