/** The heads of a decision table's columns: what is asked, what is set, of which type, and in which order. */
import { ArrowLeftOutlined, ArrowRightOutlined, DeleteOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import {
  AGGREGATIONS,
  type DecisionTable,
  moveColumn,
  removeColumn,
  setInput,
  setOutput,
  type Side,
} from "./decisionTable";
import styles from "./decisionTable.module.css";
import { useFormVariables } from "./formVariables";
import { FULL } from "./sizes";
import { VariableSelect } from "./VariableSelect";
import type { FieldProblem } from "./widgetProps";

const SAMPLES: Record<string, string> = {
  text: "'vip'",
  integer: "[1..5]",
  decimal: "< 0.5",
  money: "< 30.00 CNY",
  boolean: "true",
  date: "< date'2026-01-31'",
  duration: "> duration'P1D'",
};

export interface GridProps {
  table: DecisionTable;
  /** How a column is called, by side and place. */
  nameOf: (side: Side, at: number) => string;
  problems: readonly FieldProblem[];
  onChange: (table: DecisionTable) => void;
}

interface HeadProps {
  at: number;
  grid: GridProps;
}

export function InputHead({ at, grid }: HeadProps): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const variables = useFormVariables();
  const { table, onChange } = grid;
  const value = table.inputs[at]?.value ?? "";
  const type = variables.find((one) => value.trim() === `\${${one.name}}`)?.type;
  const sample = type === undefined ? undefined : SAMPLES[type];
  return (
    <th scope="col" data-side="inputs">
      <span className={styles.name}>{grid.nameOf("inputs", at)}</span>
      <input
        className={styles.cell}
        list={`${id}-names`}
        aria-label={t("table.input", { number: at + 1 })}
        aria-invalid={grid.problems.some((one) => one.path === `inputs.${at}.value`)}
        maxLength={2000}
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(setInput(table, at, { value: event.target.value }))}
      />
      <datalist id={`${id}-names`}>
        {variables.map((one) => (
          <option key={one.name} value={`\${${one.name}}`} label={textOf(one.label, currentLanguage())} />
        ))}
      </datalist>
      {type !== undefined && (
        <span className={styles.type}>
          {t(`type.${type}`, { defaultValue: type })}
          {sample !== undefined && ` · ${sample}`}
        </span>
      )}
      <ColumnButtons side="inputs" at={at} grid={grid} />
    </th>
  );
}

export function OutputHead({ at, grid }: HeadProps): ReactElement {
  const { t } = useTranslation("form");
  const variables = useFormVariables();
  const { table, onChange } = grid;
  const output = table.outputs[at] ?? { variable: "", aggregation: "list" };
  const taken = new Set(table.outputs.map((one) => one.variable));
  const type = variables.find((one) => one.name === output.variable)?.type;
  const isWrong = (field: string): boolean =>
    grid.problems.some((one) => one.path === `outputs.${at}.${field}`);
  return (
    <th scope="col" data-side="outputs">
      <span className={styles.name}>{t("table.sets")}</span>
      <VariableSelect
        label={t("table.output", { number: at + 1 })}
        value={output.variable}
        taken={taken}
        isWrong={isWrong("variable")}
        onChange={(variable) => onChange(setOutput(table, at, { ...output, variable }))}
      />
      {table.hit_policy === "collect" && (
        <Select
          aria-label={t("table.aggregationOf", { number: at + 1 })}
          size="small"
          style={FULL}
          status={isWrong("aggregation") ? "error" : ""}
          value={output.aggregation}
          options={AGGREGATIONS.map((one) => ({ value: one, label: t(`table.aggregation.${one}`) }))}
          onChange={(aggregation) => onChange(setOutput(table, at, { ...output, aggregation }))}
        />
      )}
      {type !== undefined && <span className={styles.type}>{t(`type.${type}`, { defaultValue: type })}</span>}
      <ColumnButtons side="outputs" at={at} grid={grid} />
    </th>
  );
}

function ColumnButtons({ side, at, grid }: HeadProps & { side: Side }): ReactElement {
  const { t } = useTranslation("form");
  const { table, onChange } = grid;
  const column = t(side === "inputs" ? "table.input" : "table.output", { number: at + 1 });
  return (
    <span className={styles.buttons}>
      <Button
        type="text"
        size="small"
        icon={<ArrowLeftOutlined aria-hidden />}
        aria-label={t("table.left", { column })}
        disabled={at === 0}
        onClick={() => onChange(moveColumn(table, side, at, -1))}
      />
      <Button
        type="text"
        size="small"
        icon={<ArrowRightOutlined aria-hidden />}
        aria-label={t("table.right", { column })}
        disabled={at === table[side].length - 1}
        onClick={() => onChange(moveColumn(table, side, at, 1))}
      />
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined aria-hidden />}
        aria-label={t("table.removeColumn", { column })}
        onClick={() => onChange(removeColumn(table, side, at))}
      />
    </span>
  );
}
