/** One field of the flow, and one expression over its fields. */
import type { ReactElement } from "react";
import { textOf } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { Choice } from "./catalogueWidgets";
import { CheckedExpression } from "./CheckedExpression";
import { useVariableOptions } from "./formVariables";
import type { WidgetProps } from "./widgetProps";

export function VariableWidget({ id, value, onChange, describedBy }: WidgetProps): ReactElement {
  const options = useVariableOptions();
  return <Choice {...{ id, value, onChange, describedBy, options }} placeholder="" />;
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
