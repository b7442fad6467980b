/** How often the work of a step is tried, and how long it waits in between; nothing as long as its own rule holds. */
import { Checkbox, InputNumber, Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { isRecord } from "@/graph/document";
import { FULL } from "./sizes";
import styles from "./form.module.css";
import type { WidgetProps } from "./widgetProps";

const USUAL = { tries: 4, waits: [1, 3, 10] };
const MOST_TRIES = 20;
const WHOLE = /^\d{1,5}$/;

export function RetryWidget({ id, value, onChange }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const policy = isRecord(value) ? value : null;
  const waits = policy && Array.isArray(policy["waits"]) ? policy["waits"].map(String) : [];
  return (
    <div className={styles.steps}>
      <Checkbox
        id={id}
        checked={policy !== null}
        onChange={(event) => onChange(event.target.checked ? USUAL : undefined)}
      >
        {t("retry.own")}
      </Checkbox>
      {policy && (
        <>
          <InputNumber
            aria-label={t("retry.tries")}
            size="small"
            style={FULL}
            prefix={t("retry.tries")}
            min={1}
            max={MOST_TRIES}
            precision={0}
            value={typeof policy["tries"] === "number" ? policy["tries"] : null}
            onChange={(tries) => onChange({ ...policy, tries: tries ?? 1 })}
          />
          <Select
            mode="tags"
            aria-label={t("retry.waits")}
            size="small"
            style={FULL}
            open={false}
            suffixIcon={null}
            tokenSeparators={[",", " ", "、"]}
            placeholder={t("retry.waitsPlaceholder")}
            value={waits}
            onChange={(texts: string[]) => {
              const seconds = texts.filter((one) => WHOLE.test(one)).map(Number);
              onChange({ ...policy, waits: seconds.length > 0 ? seconds : [1] });
            }}
          />
        </>
      )}
    </div>
  );
}
