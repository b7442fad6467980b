/** A decision table: how many rules may hold, the table, and what happens when none does; in the panel or in large. */
import { ExpandOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Modal, Select } from "antd";
import { type ReactElement, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { textOf } from "@/graph/document";
import { readableExpression } from "@/graph/expressionText";
import { currentLanguage } from "@/i18n/index";
import { DecisionTableGrid, ProblemList } from "./DecisionTableGrid";
import {
  addInput,
  addOutput,
  addRule,
  type DecisionTable,
  MOST_COLUMNS,
  MOST_RULES,
  POLICIES,
  setOtherwise,
  type Side,
  tableOf,
} from "./decisionTable";
import styles from "./decisionTable.module.css";
import form from "./form.module.css";
import { useFormVariables } from "./formVariables";
import { FULL } from "./sizes";
import type { FieldProblem, WidgetProps } from "./widgetProps";

export function DecisionTableWidget({ id, value, onChange, problems }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const [isLarge, setLarge] = useState(false);
  const editor = <TableEditor id={id} table={tableOf(value)} problems={problems} onChange={onChange} />;
  return (
    <div className={styles.widget}>
      <Button size="small" icon={<ExpandOutlined aria-hidden />} onClick={() => setLarge(true)}>
        {t("table.large")}
      </Button>
      {isLarge ? (
        <Modal
          open
          title={t("table.grid")}
          width="min(1200px, 96vw)"
          cancelButtonProps={{ style: { display: "none" } }}
          okText={t("table.done")}
          onOk={() => setLarge(false)}
          onCancel={() => setLarge(false)}
        >
          {editor}
        </Modal>
      ) : (
        editor
      )}
    </div>
  );
}

interface EditorProps {
  id: string;
  table: DecisionTable;
  problems: readonly FieldProblem[];
  onChange: (table: DecisionTable) => void;
}

function TableEditor({ id, table, problems, onChange }: EditorProps): ReactElement {
  const { t } = useTranslation("form");
  const variables = useFormVariables();
  const policy = useId();
  const language = currentLanguage();
  const nameOf = (side: Side, at: number): string => {
    if (side === "inputs") {
      const asked = readableExpression(table.inputs[at]?.value ?? "", variables, language);
      return asked || t("table.input", { number: at + 1 });
    }
    const name = table.outputs[at]?.variable;
    const label = textOf(variables.find((one) => one.name === name)?.label, language);
    return label || name || t("table.output", { number: at + 1 });
  };
  const asked = table.inputs.map((one) => one.value);
  const set = new Set(table.outputs.map((one) => one.variable));
  const unasked = variables.find((one) => !asked.includes(`\${${one.name}}`) && !set.has(one.name));
  const unset = variables.findLast((one) => !set.has(one.name) && !asked.includes(`\${${one.name}}`));
  const free = unset ?? variables.find((one) => !set.has(one.name));
  const hasColumns = table.inputs.length > 0 && table.outputs.length > 0;
  const elsewhere = problems.filter(({ path }) => !/^(rules\.\d+|otherwise)/.test(path));
  return (
    <div className={styles.widget} id={id}>
      <label htmlFor={policy} className={form.label}>
        {t("table.hit")}
      </label>
      <Select
        id={policy}
        size="small"
        style={FULL}
        value={table.hit_policy}
        options={POLICIES.map((one) => ({ value: one, label: t(`table.policy.${one}`) }))}
        onChange={(hit_policy) => onChange({ ...table, hit_policy })}
      />
      {variables.length === 0 && <p className={form.help}>{t("condition.noVariables")}</p>}
      <DecisionTableGrid table={table} nameOf={nameOf} problems={problems} onChange={onChange} />
      <ProblemList problems={elsewhere} />
      <div className={styles.adds}>
        <AddButton
          text={t("table.addRule")}
          isOffered={hasColumns && table.rules.length < MOST_RULES}
          onClick={() => onChange(addRule(table))}
        />
        <AddButton
          text={t("table.addInput")}
          isOffered={variables.length > 0 && table.inputs.length < MOST_COLUMNS}
          onClick={() => onChange(addInput(table, unasked ? `\${${unasked.name}}` : ""))}
        />
        <AddButton
          text={t("table.addOutput")}
          isOffered={free !== undefined && table.outputs.length < MOST_COLUMNS}
          onClick={() => free && onChange(addOutput(table, free.name))}
        />
      </div>
      {hasColumns && (
        <Checkbox
          checked={table.otherwise !== null}
          onChange={(event) => onChange(setOtherwise(table, event.target.checked))}
        >
          {t("table.otherwiseOn")}
        </Checkbox>
      )}
    </div>
  );
}

function AddButton({
  text,
  isOffered,
  onClick,
}: {
  text: string;
  isOffered: boolean;
  onClick: () => void;
}): ReactElement {
  return (
    <Button
      type="dashed"
      size="small"
      icon={<PlusOutlined aria-hidden />}
      disabled={!isOffered}
      onClick={onClick}
    >
      {text}
    </Button>
  );
}
