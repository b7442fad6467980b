/** Which comparisons and right-hand sides fit the type of a variable. Pure. */
import type { Variable } from "@/graph/document";
import type { Constant, ConstantKind, Operator, Right, Row } from "./sentence";

const ORDER: Operator[] = ["<", "<=", ">", ">=", "==", "!="];
const EMPTINESS: Operator[] = ["is empty", "is not empty"];

export function operatorsFor(type: string): Operator[] {
  if (type.startsWith("list<")) return ["contains", "not contains", ...EMPTINESS];
  switch (type) {
    case "boolean":
      return ["==", ...EMPTINESS];
    case "text":
      return [
        "==",
        "!=",
        "in",
        "not in",
        "contains",
        "not contains",
        "starts with",
        "ends with",
        ...EMPTINESS,
      ];
    case "record":
      return EMPTINESS;
    default:
      return [...ORDER, ...EMPTINESS];
  }
}

const NUMERIC: Right["kind"][] = ["value", "field", "share", "offset"];
const TEMPORAL: Right["kind"][] = ["value", "field", "offset"];
const RIGHTS: Record<string, Right["kind"][]> = {
  money: NUMERIC,
  integer: NUMERIC,
  decimal: NUMERIC,
  date: TEMPORAL,
  datetime: TEMPORAL,
  duration: TEMPORAL,
  boolean: ["value"],
};

/** `share` and `offset` only where the language can compute with the type. */
export function rightsFor(type: string, operator: Operator): Right["kind"][] {
  if (operator === "is empty" || operator === "is not empty") return ["none"];
  if (operator === "in" || operator === "not in") return ["list"];
  return RIGHTS[type] ?? (type.startsWith("list<") ? ["value"] : ["value", "field"]);
}

export function constantKind(type: string): ConstantKind {
  if (type === "integer" || type === "decimal") return "number";
  if (type.startsWith("list<")) return constantKind(type.slice(5, -1));
  return type === "record" ? "text" : (type as ConstantKind);
}

export function emptyConstant(type: string): Constant {
  const kind = constantKind(type);
  if (kind === "boolean") return { kind, text: "true" };
  return kind === "money" ? { kind, text: "", currency: "CNY" } : { kind, text: "" };
}

/** What may stand beside a variable: the same kind of value. */
export function comparable(variables: readonly Variable[], type: string): Variable[] {
  const kind = constantKind(type);
  return variables.filter(
    (variable) => constantKind(variable.type) === kind && !variable.type.startsWith("list<"),
  );
}

export function emptyRight(
  kind: Right["kind"],
  type: string,
  variables: readonly Variable[],
  left: string,
): Right {
  const other = comparable(variables, type).find((variable) => variable.name !== left)?.name ?? "";
  switch (kind) {
    case "value":
      return { kind, value: emptyConstant(type) };
    case "field":
      return { kind, name: other };
    case "share":
      return { kind, name: other, percent: "" };
    case "offset":
      return { kind, name: other, sign: "+", value: emptyConstant(offsetType(type)) };
    case "list":
      return { kind, values: [] };
    case "none":
      return { kind };
  }
}

/** What is added to a date is a duration. */
export function offsetType(type: string): string {
  return type === "date" || type === "datetime" ? "duration" : type;
}

export function newRow(variables: readonly Variable[]): Row {
  const [first] = variables;
  const type = first?.type ?? "text";
  const [operator = "=="] = operatorsFor(type);
  return {
    left: first?.name ?? "",
    operator,
    right: emptyRight(rightsFor(type, operator)[0] ?? "value", type, variables, first?.name ?? ""),
  };
}

/** The row with another variable, operator or kind of right side; what still fits is kept. */
export function refit(row: Row, change: Partial<Row>, variables: readonly Variable[]): Row {
  const next = { ...row, ...change };
  const type = variables.find((variable) => variable.name === next.left)?.type ?? "text";
  const before = variables.find((variable) => variable.name === row.left)?.type ?? "text";
  const operators = operatorsFor(type);
  const operator = operators.includes(next.operator) ? next.operator : (operators[0] ?? "==");
  const kinds = rightsFor(type, operator);
  const fits = kinds.includes(next.right.kind) && constantKind(type) === constantKind(before);
  const right = fits ? next.right : emptyRight(kinds[0] ?? "none", type, variables, next.left);
  return { left: next.left, operator, right };
}
