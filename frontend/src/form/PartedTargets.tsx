/** Approvers that depend on the run: by conditions in their order, or chosen by the requester out of a pool. */
import { InputNumber, Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { isRecord, records } from "@/graph/document";
import { ConditionEditor } from "./ConditionEditor";
import styles from "./form.module.css";
import { useFormVariables, useNameVariables } from "./formVariables";
import { RowList } from "./RowList";
import { FULL } from "./sizes";
import { TargetSelect } from "./TargetSelect";
import { ofKind, type Target, withKind } from "./targets";

type Row = Record<string, unknown>;

const MOST_ROWS = 10;
const MOST_RULES = 20;
const FRESH_RULE: Row = { when: "", to: [] };
const FRESH_RULES: Target = { kind: "expression", rules: [FRESH_RULE], otherwise: [] };
const FRESH_CHOICE: Target = { kind: "requester_choice", variable: "", pool: [], most: 1 };
const POOL = ["role"];

interface RowsProps {
  list: unknown;
  onChange: (list: unknown) => void;
}

/** Sets of rules: the first whose condition holds says who is asked. */
export function RuleRows({ list, onChange, kinds }: RowsProps & { kinds: readonly string[] }): ReactElement {
  const { t } = useTranslation("form");
  return (
    <RowList<Target>
      rows={ofKind(list, "expression")}
      most={MOST_ROWS}
      words={{
        add: t("assignees.rules.add"),
        name: (number) => t("assignees.rules.name", { number }),
        remove: (number) => t("assignees.rules.remove", { number }),
      }}
      fresh={FRESH_RULES}
      onChange={(rows) => onChange(withKind(list, "expression", rows ?? []))}
    >
      {(row, change, number) => <Rules target={row} onChange={change} kinds={kinds} number={number} />}
    </RowList>
  );
}

function Rules(props: {
  target: Target;
  onChange: (target: Target) => void;
  kinds: readonly string[];
  number: number;
}): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const variables = useFormVariables();
  const { target, onChange, number } = props;
  const kinds = props.kinds.filter((kind) => kind !== "requester_choice" && kind !== "expression");
  const choose = (
    part: string,
    label: string,
    value: unknown,
    set: (value: unknown) => void,
  ): ReactElement => (
    <div className={styles.field}>
      <span className={styles.help} aria-hidden>
        {label}
      </span>
      <TargetSelect
        id={`${id}-${part}`}
        label={label}
        size="small"
        kinds={kinds}
        value={value}
        onChange={set}
      />
    </div>
  );
  return (
    <>
      <RowList<Row>
        rows={records(target["rules"])}
        most={MOST_RULES}
        words={{
          add: t("assignees.rules.more"),
          name: (rule) => t("assignees.rules.rule", { rule }),
          remove: (rule) => t("assignees.rules.removeRule", { number, rule }),
        }}
        fresh={FRESH_RULE}
        onChange={(rules) => onChange({ ...target, rules: rules ?? [FRESH_RULE] })}
      >
        {(rule, change, at) => (
          <>
            <ConditionEditor
              id={`${id}-when-${at}`}
              label={t("assignees.rules.when", { rule: at })}
              text={typeof rule["when"] === "string" ? rule["when"] : ""}
              variables={variables}
              onChange={(when) => change({ ...rule, when })}
            />
            {choose(`to-${at}`, t("assignees.rules.to"), rule["to"], (to) => change({ ...rule, to }))}
          </>
        )}
      </RowList>
      {choose("otherwise", t("assignees.rules.otherwise"), target["otherwise"], (otherwise) =>
        onChange({ ...target, otherwise }),
      )}
    </>
  );
}

/** Whom the requester may choose, and the field that keeps the choice. */
export function ChoiceRows({ list, onChange }: RowsProps): ReactElement {
  const { t } = useTranslation("form");
  return (
    <RowList<Target>
      rows={ofKind(list, "requester_choice")}
      most={MOST_ROWS}
      words={{
        add: t("assignees.choice.add"),
        name: (number) => t("assignees.choice.name", { number }),
        remove: (number) => t("assignees.choice.remove", { number }),
      }}
      fresh={FRESH_CHOICE}
      onChange={(rows) => onChange(withKind(list, "requester_choice", rows ?? []))}
    >
      {(row, change) => <Choice target={row} onChange={change} />}
    </RowList>
  );
}

function Choice(props: { target: Target; onChange: (target: Target) => void }): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const fields = useNameVariables();
  const { target, onChange } = props;
  const pool = target["pool"];
  return (
    <>
      <div className={styles.field}>
        <span className={styles.help} aria-hidden>
          {t("assignees.choice.pool")}
        </span>
        <TargetSelect
          id={`${id}-pool`}
          label={t("assignees.choice.pool")}
          size="small"
          kinds={POOL}
          value={Array.isArray(pool) ? pool.filter(isRecord) : []}
          onChange={(next) => onChange({ ...target, pool: next })}
        />
      </div>
      <Select
        aria-label={t("assignees.choice.variable")}
        prefix={t("assignees.choice.variable")}
        size="small"
        style={FULL}
        value={typeof target["variable"] === "string" && target["variable"] ? target["variable"] : null}
        options={fields}
        notFoundContent={t("assignees.choice.noField")}
        onChange={(variable: string) => onChange({ ...target, variable })}
      />
      <InputNumber
        aria-label={t("assignees.choice.most")}
        prefix={t("assignees.choice.most")}
        size="small"
        style={FULL}
        min={1}
        max={20}
        precision={0}
        value={typeof target["most"] === "number" ? target["most"] : 1}
        onChange={(most) => most !== null && onChange({ ...target, most })}
      />
    </>
  );
}
