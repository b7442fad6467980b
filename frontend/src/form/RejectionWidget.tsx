/** What a rejection leads to: the exit for it, the approval before, who asked, or a step; and what follows there. */
import { Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { isRecord } from "@/graph/document";
import { useFormSteps } from "./formSteps";
import styles from "./form.module.css";
import { FULL, described } from "./sizes";
import type { WidgetProps } from "./widgetProps";

const PORT = "port";
const RESUMES = ["restart", "back"] as const;

export function RejectionWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const steps = useFormSteps();
  const rule = isRecord(value) ? value : {};
  const to = typeof rule["to"] === "string" ? rule["to"] : PORT;
  const resume = rule["resume"] === "back" ? "back" : "restart";
  const set = (next: { to: string; resume: string }): void => {
    if (next.to === PORT) onChange(undefined);
    else onChange(next.resume === "back" ? next : { to: next.to });
  };
  return (
    <div className={styles.steps}>
      <Select
        id={id}
        {...described(describedBy)}
        style={FULL}
        showSearch={{ optionFilterProp: "label" }}
        value={to}
        options={[
          { value: PORT, label: t("rejection.port") },
          { value: "previous", label: t("rejection.previous") },
          { value: "requester", label: t("rejection.requester") },
          { label: t("rejection.steps"), options: [...steps] },
        ]}
        onChange={(chosen: string) => set({ to: chosen, resume })}
      />
      {to !== PORT && (
        <Select
          aria-label={t("rejection.resume")}
          style={FULL}
          value={resume}
          options={RESUMES.map((one) => ({ value: one, label: t(`rejection.then.${one}`) }))}
          onChange={(chosen: string) => set({ to, resume: chosen })}
        />
      )}
    </div>
  );
}
