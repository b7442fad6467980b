/** One control per widget name that a config schema may ask for. */
import { Input, InputNumber, Select, Switch } from "antd";
import type { ComponentType, ReactElement } from "react";
import type { JsonSchema } from "@/api/documents";
import { currentLanguage } from "@/i18n/index";
import { textOf } from "@/graph/document";
import { AssigneesWidget } from "./AssigneesWidget";
import { AssignmentsWidget } from "./AssignmentsWidget";
import { CalendarWidget, ConnectionWidget, FlowWidget, TriggerWidget } from "./catalogueWidgets";
import { DecisionTableWidget } from "./DecisionTableWidget";
import { DurationInput } from "./DurationInput";
import { ErrorsWidget } from "./ErrorsWidget";
import styles from "./form.module.css";
import { RetryWidget } from "./RetryWidget";
import { RowsWidget } from "./RowsWidget";
import { RejectionWidget } from "./RejectionWidget";
import { StepsWidget } from "./StepsWidget";
import { FULL, described } from "./sizes";
import { ScheduleWidget } from "./ScheduleWidget";
import { TimeoutsWidget } from "./TimeoutsWidget";
import { ExpressionWidget, VariablesWidget, VariableWidget } from "./variableWidgets";
import { VoteWidget } from "./VoteWidget";
import type { WidgetProps } from "./widgetProps";

/** What holds while nothing is said. */
function defaultOf(schema: JsonSchema): string {
  return typeof schema.default === "string" || typeof schema.default === "number"
    ? String(schema.default)
    : "";
}

function DurationWidget({ id, value, onChange }: WidgetProps): ReactElement {
  return (
    <DurationInput
      id={id}
      value={typeof value === "string" ? value : ""}
      onChange={(text) => onChange(text || undefined)}
    />
  );
}

function TextWidget({ id, schema, value, onChange, describedBy }: WidgetProps): ReactElement {
  return (
    <Input
      id={id}
      {...described(describedBy)}
      value={typeof value === "string" ? value : ""}
      placeholder={defaultOf(schema)}
      onChange={(event) => onChange(event.target.value || undefined)}
      {...(schema.maxLength === undefined ? {} : { maxLength: schema.maxLength })}
    />
  );
}

function ParagraphWidget({ id, schema, value, onChange, describedBy }: WidgetProps): ReactElement {
  return (
    <Input.TextArea
      id={id}
      {...described(describedBy)}
      autoSize={{ minRows: 3, maxRows: 10 }}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.target.value || undefined)}
      {...(schema.maxLength === undefined ? {} : { maxLength: schema.maxLength })}
    />
  );
}

function NumberWidget({ id, schema, value, onChange, describedBy }: WidgetProps): ReactElement {
  return (
    <InputNumber
      id={id}
      {...described(describedBy)}
      style={FULL}
      precision={0}
      placeholder={defaultOf(schema)}
      value={typeof value === "number" ? value : null}
      onChange={(number) => onChange(number ?? undefined)}
      {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
      {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
    />
  );
}

function SelectWidget({ id, schema, value, onChange, describedBy }: WidgetProps): ReactElement {
  const options = (schema.ui?.options ?? []).map((one) => ({
    value: one.value,
    label: textOf(one.label, currentLanguage()),
  }));
  const shown =
    typeof value === "string" ? value : typeof schema.default === "string" ? schema.default : undefined;
  return (
    <Select
      id={id}
      {...described(describedBy)}
      style={FULL}
      value={shown ?? null}
      options={options}
      onChange={(next: string) => onChange(next)}
    />
  );
}

function SwitchWidget({ id, schema, value, onChange, describedBy }: WidgetProps): ReactElement {
  const shown = typeof value === "boolean" ? value : schema.default === true;
  return <Switch id={id} {...described(describedBy)} checked={shown} onChange={onChange} />;
}

/** A setting that no control exists for is shown as it is and left alone. */
function UnknownWidget({ value }: WidgetProps): ReactElement {
  return <pre className={styles.plain}>{JSON.stringify(value ?? null, null, 2)}</pre>;
}

const WIDGETS: Record<string, ComponentType<WidgetProps>> = {
  text: TextWidget,
  paragraph: ParagraphWidget,
  number: NumberWidget,
  select: SelectWidget,
  switch: SwitchWidget,
  duration: DurationWidget,
  assignees: AssigneesWidget,
  timeouts: TimeoutsWidget,
  assignments: AssignmentsWidget,
  decision_table: DecisionTableWidget,
  trigger: TriggerWidget,
  calendar: CalendarWidget,
  connection: ConnectionWidget,
  flow: FlowWidget,
  rows: RowsWidget,
  schedule: ScheduleWidget,
  errors: ErrorsWidget,
  retry: RetryWidget,
  steps: StepsWidget,
  expression: ExpressionWidget,
  variable: VariableWidget,
  vote: VoteWidget,
  rejection: RejectionWidget,
  variables: VariablesWidget,
};

const BY_TYPE: Record<string, string> = { string: "text", boolean: "switch", integer: "number" };

export function widgetOf(schema: JsonSchema): ComponentType<WidgetProps> {
  const name =
    schema.ui?.widget ?? (typeof schema.type === "string" ? BY_TYPE[schema.type] : undefined) ?? "";
  return WIDGETS[name] ?? UnknownWidget;
}

const GROUPS = new Set([
  "timeouts",
  "assignments",
  "rows",
  "schedule",
  "errors",
  "retry",
  "decision_table",
  "expression",
  "vote",
]);
const PLACES_PROBLEMS = new Set(["decision_table"]);

/** Widgets of several parts; their label names a group. */
export function isGroupWidget(schema: JsonSchema): boolean {
  return GROUPS.has(schema.ui?.widget ?? "");
}

/** Widgets that say at its place what is wrong; it need not be said below them again. */
export function placesProblems(schema: JsonSchema): boolean {
  return PLACES_PROBLEMS.has(schema.ui?.widget ?? "");
}
