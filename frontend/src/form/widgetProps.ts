import type { JsonSchema } from "@/api/documents";

/** What every control of a config field gets. `undefined` given to `onChange` takes the field out of the config. */
export interface WidgetProps {
  id: string;
  schema: JsonSchema;
  value: unknown;
  onChange: (value: unknown) => void;
  describedBy?: string | undefined;
}
