/** A number and its unit. */
import { InputNumber, Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { amountOf, durationOf, type Unit } from "./durations";
import styles from "./form.module.css";

export function DurationInput(props: {
  id: string;
  value: string;
  onChange: (text: string) => void;
  size?: "small" | "middle";
}): ReactElement {
  const { t } = useTranslation("form");
  const amount = amountOf(props.value);
  const units = (["minute", "hour", "day"] as const).map((unit) => ({
    value: unit,
    label: t(`unit.${unit}`),
  }));
  return (
    <div className={styles.row}>
      <InputNumber
        id={props.id}
        className="grow"
        size={props.size ?? "middle"}
        min={1}
        precision={0}
        value={amount.number}
        placeholder={t("duration.placeholder")}
        onChange={(number) => props.onChange(durationOf({ ...amount, number: number ?? null }))}
      />
      <Select<Unit>
        aria-label={t("duration.unit")}
        size={props.size ?? "middle"}
        style={{ width: 92 }}
        value={amount.unit}
        options={units}
        onChange={(unit) => props.onChange(durationOf({ ...amount, unit }))}
      />
    </div>
  );
}
