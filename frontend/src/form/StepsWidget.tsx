/** Some steps of the flow, by their names. One that is there no more stays to be seen by its id. */
import { Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormSteps } from "./formSteps";
import { FULL, described } from "./sizes";
import type { WidgetProps } from "./widgetProps";

export function StepsWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  const steps = useFormSteps();
  return (
    <Select
      id={id}
      {...described(describedBy)}
      mode="multiple"
      style={FULL}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("steps.choose")}
      value={Array.isArray(value) ? value.map(String) : []}
      options={[...steps]}
      onChange={(chosen: string[]) => onChange(chosen.length > 0 ? chosen : undefined)}
    />
  );
}
