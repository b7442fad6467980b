/** A decision table while it is edited: rows and columns are added, moved and deleted together with their cells. Pure. */
import { isRecord } from "@/graph/document";

export const POLICIES = ["unique", "first", "any", "collect"] as const;
export const AGGREGATIONS = ["list", "sum", "min", "max", "count"] as const;
export const MOST_COLUMNS = 20;
export const MOST_RULES = 200;

export type Policy = (typeof POLICIES)[number];
export type Aggregation = (typeof AGGREGATIONS)[number];
export type Side = "inputs" | "outputs";

export interface Input {
  value: string;
}

export interface Output {
  variable: string;
  aggregation: Aggregation;
}

export interface Rule {
  when: string[];
  then: string[];
}

export interface DecisionTable {
  hit_policy: Policy;
  inputs: Input[];
  outputs: Output[];
  rules: Rule[];
  /** What the fields become when no rule holds; null: then the run stops. */
  otherwise: string[] | null;
}

/** A row of the table, or the one below all rules. */
export type Row = number | "otherwise";

const CELLS = { inputs: "when", outputs: "then" } as const;
const BLANK = { inputs: "-", outputs: "" } as const;

/** The table that a config holds; what cannot be read as one is left out, and every row has a cell for each column. */
export function tableOf(value: unknown): DecisionTable {
  const table = isRecord(value) ? value : {};
  const inputs = records(table["inputs"]).map((one) => ({ value: asText(one["value"]) }));
  const outputs = records(table["outputs"]).map((one) => ({
    variable: asText(one["variable"]),
    aggregation: oneOf(AGGREGATIONS, one["aggregation"], "list"),
  }));
  const rules = records(table["rules"]).map((one) => ({
    when: cellsOf(one["when"], inputs.length, BLANK.inputs),
    then: cellsOf(one["then"], outputs.length, BLANK.outputs),
  }));
  const otherwise = Array.isArray(table["otherwise"])
    ? cellsOf(table["otherwise"], outputs.length, BLANK.outputs)
    : null;
  return { hit_policy: oneOf(POLICIES, table["hit_policy"], "unique"), inputs, outputs, rules, otherwise };
}

export function addInput(table: DecisionTable, value: string): DecisionTable {
  return withColumns(table, "inputs", [...table.inputs, { value }], (cells) => [...cells, BLANK.inputs]);
}

export function addOutput(table: DecisionTable, variable: string): DecisionTable {
  const outputs: Output[] = [...table.outputs, { variable, aggregation: "list" }];
  return withColumns(table, "outputs", outputs, (cells) => [...cells, BLANK.outputs]);
}

export function setInput(table: DecisionTable, at: number, input: Input): DecisionTable {
  return { ...table, inputs: table.inputs.with(at, input) };
}

export function setOutput(table: DecisionTable, at: number, output: Output): DecisionTable {
  return { ...table, outputs: table.outputs.with(at, output) };
}

export function removeColumn(table: DecisionTable, side: Side, at: number): DecisionTable {
  return withColumns(table, side, table[side].toSpliced(at, 1), (cells) => cells.toSpliced(at, 1));
}

/** One place to the left (-1) or to the right (1). */
export function moveColumn(table: DecisionTable, side: Side, at: number, by: -1 | 1): DecisionTable {
  return withColumns(table, side, moved<Input | Output>(table[side], at, by), (cells) =>
    moved(cells, at, by),
  );
}

export function addRule(table: DecisionTable): DecisionTable {
  const when = table.inputs.map(() => BLANK.inputs);
  return { ...table, rules: [...table.rules, { when, then: table.outputs.map(() => BLANK.outputs) }] };
}

export function removeRule(table: DecisionTable, at: number): DecisionTable {
  return { ...table, rules: table.rules.toSpliced(at, 1) };
}

/** One place up (-1) or down (1). */
export function moveRule(table: DecisionTable, at: number, by: -1 | 1): DecisionTable {
  return { ...table, rules: moved(table.rules, at, by) };
}

export function setCell(table: DecisionTable, row: Row, side: Side, at: number, text: string): DecisionTable {
  if (row === "otherwise") return { ...table, otherwise: table.otherwise?.with(at, text) ?? null };
  const rule = table.rules[row];
  if (!rule) return table;
  const cells = rule[CELLS[side]].with(at, text);
  return { ...table, rules: table.rules.with(row, { ...rule, [CELLS[side]]: cells }) };
}

export function setOtherwise(table: DecisionTable, isThere: boolean): DecisionTable {
  return { ...table, otherwise: isThere ? table.outputs.map(() => BLANK.outputs) : null };
}

function withColumns(
  table: DecisionTable,
  side: Side,
  columns: (Input | Output)[],
  change: (cells: string[]) => string[],
): DecisionTable {
  const rules = table.rules.map((rule) => ({ ...rule, [CELLS[side]]: change(rule[CELLS[side]]) }));
  const otherwise = side === "outputs" && table.otherwise ? change(table.otherwise) : table.otherwise;
  return { ...table, [side]: columns, rules, otherwise };
}

function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const other = at + by;
  const one = list[at];
  const two = list[other];
  return one === undefined || two === undefined ? [...list] : list.with(at, two).with(other, one);
}

function cellsOf(value: unknown, columns: number, blank: string): string[] {
  const cells = Array.isArray(value) ? value.map(asText) : [];
  return Array.from({ length: columns }, (_, at) => cells[at] ?? blank);
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function oneOf<T extends string>(known: readonly T[], value: unknown, fallback: T): T {
  return known.find((one) => one === value) ?? fallback;
}
