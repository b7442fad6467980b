/** One fixed value of a type. */
import { Input, InputNumber, Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import { DurationInput } from "./DurationInput";
import type { Constant } from "./sentence";

export function ConstantInput({
  value,
  label,
  onChange,
}: {
  value: Constant;
  label: string;
  onChange: (value: Constant) => void;
}): ReactElement {
  const { t } = useTranslation("form");
  const id = useId();
  const set = (text: string): void => onChange({ ...value, text });
  switch (value.kind) {
    case "money":
    case "number":
      return (
        <InputNumber<string>
          aria-label={label}
          size="small"
          style={{ width: 120 }}
          stringMode
          controls={false}
          prefix={value.kind === "money" ? moneySign(value.currency) : undefined}
          value={value.text || null}
          onChange={(text) => set(text ?? "")}
        />
      );
    case "boolean":
      return (
        <Select
          aria-label={label}
          size="small"
          value={value.text}
          options={["true", "false"].map((one) => ({ value: one, label: t(`boolean.${one}`) }))}
          onChange={set}
        />
      );
    case "duration":
      return (
        <span>
          <label className="visually-hidden" htmlFor={id}>
            {label}
          </label>
          <DurationInput id={id} size="small" value={value.text} onChange={set} />
        </span>
      );
    case "date":
      return (
        <Input
          aria-label={label}
          size="small"
          type="date"
          style={{ width: 140 }}
          value={value.text}
          onChange={(event) => set(event.target.value)}
        />
      );
    default:
      return (
        <Input
          aria-label={label}
          size="small"
          style={{ width: 140 }}
          value={value.text}
          onChange={(event) => set(event.target.value)}
        />
      );
  }
}

function moneySign(currency = "CNY"): string {
  return currency === "CNY" ? "¥" : currency;
}
