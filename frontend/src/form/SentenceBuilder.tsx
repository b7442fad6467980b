/** "When [refund amount] [is less than] [order total] × [30] %": rows of small choices. */
import { CloseOutlined } from "@ant-design/icons";
import { Button, Input, InputNumber, Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { textOf, type Variable } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { ConstantInput } from "./ConstantInput";
import styles from "./form.module.css";
import {
  comparable,
  emptyConstant,
  emptyRight,
  offsetType,
  operatorsFor,
  refit,
  rightsFor,
} from "./operators";
import type { Operator, Right, Row, Sentence } from "./sentence";

export interface SentenceBuilderProps {
  sentence: Sentence;
  variables: readonly Variable[];
  onChange: (sentence: Sentence) => void;
}

export function SentenceBuilder({ sentence, variables, onChange }: SentenceBuilderProps): ReactElement {
  const { t } = useTranslation("form");
  const inner = sentence.connective === "and" ? "or" : "and";
  const replace = (at: number, item: Row | Row[] | null): void => {
    const items = item === null ? sentence.items.toSpliced(at, 1) : sentence.items.with(at, item);
    onChange({ ...sentence, items });
  };
  if (variables.length === 0) return <p className={styles.help}>{t("condition.noVariables")}</p>;
  return (
    <div className={styles.sentence}>
      {sentence.items.map((item, at) => {
        const word = at === 0 ? t("condition.when") : t(`condition.${sentence.connective}`);
        if (!Array.isArray(item)) {
          return (
            <RowLine
              key={at}
              word={word}
              row={item}
              variables={variables}
              onChange={(row) => replace(at, row)}
              onRemove={() => replace(at, null)}
            />
          );
        }
        return (
          <div key={at} className={styles.groupBox} role="group" aria-label={t("condition.group")}>
            {item.map((row, index) => (
              <RowLine
                key={index}
                word={index === 0 ? word : t(`condition.${inner}`)}
                row={row}
                variables={variables}
                onChange={(next) => replace(at, item.with(index, next))}
                onRemove={() => replace(at, item.length > 1 ? item.toSpliced(index, 1) : null)}
              />
            ))}
          </div>
        );
      })}
    </div>
  );
}

interface RowProps {
  word: string;
  row: Row;
  variables: readonly Variable[];
  onChange: (row: Row) => void;
  onRemove: () => void;
}

function RowLine({ word, row, variables, onChange, onRemove }: RowProps): ReactElement {
  const { t } = useTranslation("form");
  const type = variables.find((variable) => variable.name === row.left)?.type ?? "text";
  const operators = operatorsFor(type).map((operator) => ({
    value: operator,
    label: t(`operator.${OPERATOR_KEYS[operator]}`),
  }));
  return (
    <div className={styles.line}>
      <span className={styles.word}>{word}</span>
      <div className={styles.parts}>
        <VariableSelect
          label={t("condition.field")}
          value={row.left}
          variables={variables}
          onChange={(left) => onChange(refit(row, { left }, variables))}
        />
        <Select<Operator>
          aria-label={t("condition.operator")}
          size="small"
          popupMatchSelectWidth={false}
          value={row.operator}
          options={operators}
          onChange={(operator) => onChange(refit(row, { operator }, variables))}
        />
        <RightSide
          row={row}
          type={type}
          variables={variables}
          onChange={(right) => onChange({ ...row, right })}
        />
      </div>
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined aria-hidden />}
        aria-label={t("condition.removeRow")}
        onClick={onRemove}
      />
    </div>
  );
}

/** Signs have no place in a key of a catalogue. */
const OPERATOR_KEYS: Record<Operator, string> = {
  "<": "less",
  "<=": "lessOrEqual",
  ">": "greater",
  ">=": "greaterOrEqual",
  "==": "equal",
  "!=": "notEqual",
  contains: "contains",
  "not contains": "notContains",
  "starts with": "startsWith",
  "ends with": "endsWith",
  in: "in",
  "not in": "notIn",
  "is empty": "empty",
  "is not empty": "notEmpty",
};

function VariableSelect(props: {
  label: string;
  value: string;
  variables: readonly Variable[];
  onChange: (name: string) => void;
}): ReactElement {
  const options = props.variables.map((variable) => ({
    value: variable.name,
    label: textOf(variable.label, currentLanguage()) || variable.name,
  }));
  return (
    <Select
      aria-label={props.label}
      size="small"
      popupMatchSelectWidth={false}
      showSearch={{ optionFilterProp: "label" }}
      value={props.value || null}
      options={options}
      onChange={(name) => name && props.onChange(name)}
    />
  );
}

function RightSide({
  row,
  type,
  variables,
  onChange,
}: {
  row: Row;
  type: string;
  variables: readonly Variable[];
  onChange: (right: Right) => void;
}): ReactElement | null {
  const { t } = useTranslation("form");
  const kinds = rightsFor(type, row.operator);
  const { right } = row;
  if (right.kind === "none") return null;
  return (
    <>
      {kinds.length > 1 && (
        <Select<Right["kind"]>
          aria-label={t("condition.against")}
          size="small"
          popupMatchSelectWidth={false}
          value={right.kind}
          options={kinds.map((kind) => ({ value: kind, label: t(`right.${kind}`) }))}
          onChange={(kind) => onChange(emptyRight(kind, type, variables, row.left))}
        />
      )}
      <RightValue right={right} type={type} variables={variables} onChange={onChange} />
    </>
  );
}

function RightValue({
  right,
  type,
  variables,
  onChange,
}: {
  right: Right;
  type: string;
  variables: readonly Variable[];
  onChange: (right: Right) => void;
}): ReactElement | null {
  const { t } = useTranslation("form");
  const id = useId();
  const others = comparable(variables, type);
  const field = (name: string, change: (name: string) => Right): ReactElement => (
    <VariableSelect
      label={t("condition.otherField")}
      value={name}
      variables={others}
      onChange={(next) => onChange(change(next))}
    />
  );
  switch (right.kind) {
    case "value":
      return (
        <ConstantInput
          value={right.value}
          label={t("condition.value")}
          onChange={(value) => onChange({ kind: "value", value })}
        />
      );
    case "field":
      return field(right.name, (name) => ({ kind: "field", name }));
    case "share":
      return (
        <>
          {field(right.name, (name) => ({ ...right, name }))}
          <span className={styles.unit}>{t("condition.of")}</span>
          <InputNumber<string>
            id={id}
            aria-label={t("condition.percent")}
            size="small"
            style={{ width: 92 }}
            stringMode
            min="0"
            controls={false}
            suffix="%"
            value={right.percent || null}
            onChange={(percent) => onChange({ ...right, percent: percent ?? "" })}
          />
        </>
      );
    case "offset":
      return (
        <>
          {field(right.name, (name) => ({ ...right, name }))}
          <Select<"+" | "-">
            aria-label={t("condition.sign")}
            size="small"
            value={right.sign}
            options={(["+", "-"] as const).map((sign) => ({ value: sign, label: sign === "-" ? "−" : "+" }))}
            onChange={(sign) => onChange({ ...right, sign })}
          />
          <ConstantInput
            value={right.value.text === "" ? emptyConstant(offsetType(type)) : right.value}
            label={t("condition.value")}
            onChange={(value) => onChange({ ...right, value })}
          />
        </>
      );
    case "list":
      return (
        <Input
          aria-label={t("condition.list")}
          size="small"
          placeholder={t("condition.listPlaceholder")}
          defaultValue={right.values.map((value) => value.text).join(", ")}
          onChange={(event) => {
            const texts = event.target.value.split(/[,,]/).map((text) => text.trim());
            onChange({
              kind: "list",
              values: texts.filter(Boolean).map((text) => ({ ...emptyConstant(type), text })),
            });
          }}
        />
      );
    case "none":
      return null;
  }
}
