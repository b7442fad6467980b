import type { JsonSchema } from "@/api/documents";

/** What is wrong with a field, or with the place in it that `path` leads to: `rules.0.when.1`. */
export interface FieldProblem {
  path: string;
  text: string;
  severity: "error" | "warning";
}

/** What every control of a config field gets. `undefined` given to `onChange` takes the field out of the config. */
export interface WidgetProps {
  id: string;
  schema: JsonSchema;
  value: unknown;
  onChange: (value: unknown) => void;
  describedBy?: string | undefined;
  /** For controls that say at its place what is wrong. */
  problems: readonly FieldProblem[];
}
