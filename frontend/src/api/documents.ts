/**
 * Documents that travel through the contract as they are, so that OpenAPI calls them plain objects: the drawing
 * (`workflows/engine/graph.py`, format 1) and the JSON schema of a node's config with its hints for the panel
 * (`workflows/engine/panel.py`). All other types of the contract are generated; see `types.ts`.
 */
import type { components } from "./schema.gen";

type Text = components["schemas"]["LocalTextShape"];
type PlainObject = Record<string, unknown>;

/** A text of a drawing, in which a language may be left out. */
export type DrawnText = Partial<Text>;
export type GraphVariable = { name: string; type: string; label?: DrawnText };
export type GraphNode = { id: string; type: string; name?: DrawnText; config: PlainObject };
export type GraphEdge = {
  id: string;
  from: string;
  port: string;
  to: string;
  kind?: "normal" | "back";
  max_rounds?: number;
};
export type GraphDocument = {
  format: 1;
  variables: GraphVariable[];
  nodes: GraphNode[];
  edges: GraphEdge[];
};
export type GraphLayout = PlainObject;

/** An answer whose drawing has been read. */
export type Drawn<T> = Omit<T, "graph"> & { graph: GraphDocument };

type StoredGraph = Omit<GraphDocument, "variables" | "nodes" | "edges"> & {
  variables?: GraphVariable[];
  nodes: (Omit<GraphNode, "config"> & { config?: PlainObject })[];
  edges: (Omit<GraphEdge, "port"> & { port?: string })[];
};

/** The answer with its drawing whole: what whoever stored it left out has the value that the engine gives it. */
export function drawn<T extends { graph: PlainObject }>(answer: T): Drawn<T> {
  const { format, variables = [], nodes, edges } = answer.graph as StoredGraph;
  const graph: GraphDocument = {
    format,
    variables,
    nodes: nodes.map((node) => ({ ...node, config: node.config ?? {} })),
    edges: edges.map((edge) => ({ ...edge, port: edge.port ?? "out" })),
  };
  return { ...answer, graph };
}

type WidgetName =
  | "assignees"
  | "timeouts"
  | "branches"
  | "expression"
  | "duration"
  | "select"
  | "text"
  | "paragraph"
  | "schedule"
  | "trigger"
  | "calendar"
  | "switch"
  | "number"
  | "connection"
  | "rows"
  | "variable"
  | "assignments"
  | "decision_table"
  | "errors"
  | "retry"
  | "steps"
  | "vote"
  | "flow";
export type UiHint = {
  widget?: WidgetName;
  label?: Text;
  help?: Text;
  group?: "who" | "what" | "when" | "after" | "advanced";
  /** What to choose from; of a connection the kinds that fit. */
  options?: { value: string; label: Text }[];
  /** Shown only while another field has this value. */
  shown_for?: { field: string; value: string };
  /** The fields of each row, and how they are edited; one with `shown_for` belongs to rows of that kind alone. */
  columns?: {
    field: string;
    widget: WidgetName;
    label: Text;
    options?: { value: string; label: Text }[];
    shown_for?: { field: string; value: string };
  }[];
};
export type JsonSchema = {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  ui?: UiHint;
};
