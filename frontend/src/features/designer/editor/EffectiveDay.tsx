/** At once, or at a time to come. */
import { Radio } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNow } from "@/ui/now";
import styles from "./Editor.module.css";

interface EffectiveDayProps {
  /** Null is at once; `missing` while no time to come has been chosen. */
  value: Date | null | "missing";
  onChange: (value: Date | null | "missing") => void;
}

export function EffectiveDay({ value, onChange }: EffectiveDayProps): ReactElement {
  const { t } = useTranslation("designer");
  const [text, setText] = useState("");
  const now = useNow();
  const read = (given: string): Date | "missing" => {
    const at = new Date(given);
    return Number.isNaN(at.getTime()) || at.getTime() <= now ? "missing" : at;
  };
  return (
    <div className={styles.day}>
      <Radio.Group
        value={value === null ? "atOnce" : "onDay"}
        onChange={(event) => onChange(event.target.value === "atOnce" ? null : read(text))}
        options={[
          { value: "atOnce", label: t("publish.atOnce") },
          { value: "onDay", label: t("publish.onDay") },
        ]}
      />
      {value !== null && (
        <label>
          <span className="visually-hidden">{t("publish.day")}</span>
          <input
            type="datetime-local"
            className="ant-input"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              onChange(read(event.target.value));
            }}
          />
        </label>
      )}
      {value === "missing" && <span className="muted">{t("publish.dayNeeded")}</span>}
    </div>
  );
}
