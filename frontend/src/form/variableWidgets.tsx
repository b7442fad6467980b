/** One field of the flow, some of them, and one expression over its fields. */
import { Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { Choice } from "./catalogueWidgets";
import { CheckedExpression } from "./CheckedExpression";
import { useVariableOptions } from "./formVariables";
import { FULL, described } from "./sizes";
import type { WidgetProps } from "./widgetProps";

export function VariableWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const options = useVariableOptions();
  return <Choice {...{ id, value, onChange, describedBy, options }} placeholder="" />;
}

export function VariablesWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const { t } = useTranslation("form");
  return (
    <Select
      id={id}
      {...described(describedBy)}
      mode="multiple"
      style={FULL}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("variables.choose")}
      value={Array.isArray(value) ? value.map(String) : []}
      options={useVariableOptions()}
      onChange={(chosen: string[]) => onChange(chosen.length > 0 ? chosen : undefined)}
    />
  );
}

export function ExpressionWidget({ schema, value, onChange }: WidgetProps): ReactElement {
  return (
    <CheckedExpression
      label={textOf(schema.ui?.label, currentLanguage())}
      text={typeof value === "string" ? value : ""}
      onChange={(text) => onChange(text || undefined)}
    />
  );
}
