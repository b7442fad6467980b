import { useTranslation } from "react-i18next";
import type { TaskField } from "@/api/types";
import { CURRENCY } from "@/form/givenValue";
import { useLocal } from "@/i18n/local";
import { isMoney } from "@/ui/moneyFormat";
import { isComposing } from "@/ui/shortcuts";
import styles from "../actions/ActionBar.module.css";

const KINDS: Record<string, string> = { date: "date", datetime: "datetime-local" };
const NUMBERS = new Set(["money", "decimal", "integer"]);

type Props = {
  field: TaskField;
  text: string;
  /** What is wrong with it, in words. */
  wrong: string | null;
  onChange: (text: string) => void;
};

/** One value that an approver fills in, by its declared type. */
export function FieldInput({ field, text, wrong, onChange }: Props) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const said = `field-${field.name}-wrong`;
  const required = field.access === "required";
  const shared = {
    value: text,
    required,
    "aria-invalid": wrong !== null,
    "aria-describedby": wrong === null ? undefined : said,
  };
  const currency = isMoney(field.value) ? field.value.currency : CURRENCY;
  return (
    <>
      <label className={styles.field}>
        <span>
          {local(field.label)}
          {field.type === "money" && <span className="muted"> {currency}</span>}
          {required && <span className="muted"> {t("fields.required")}</span>}
        </span>
        {field.type === "boolean" ? (
          <select {...shared} onChange={(event) => onChange(event.target.value)}>
            {["", "true", "false"].map((one) => (
              <option key={one} value={one}>
                {t(`fields.yesNo.${one || "none"}`)}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...shared}
            type={KINDS[field.type] ?? "text"}
            inputMode={NUMBERS.has(field.type) ? "decimal" : "text"}
            maxLength={field.type === "text" ? 2000 : 60}
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && isComposing(event.nativeEvent)) event.preventDefault();
            }}
          />
        )}
      </label>
      {wrong !== null && (
        <p id={said} role="alert" className={styles.missing}>
          {wrong}
        </p>
      )}
    </>
  );
}
