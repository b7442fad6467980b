/** Conditions as sentences: from the server's tree, and back to the text that is stored. Pure. What cannot be said is null. */
import { isRecord } from "@/graph/document";

export type Operator =
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "contains"
  | "not contains"
  | "starts with"
  | "ends with"
  | "in"
  | "not in"
  | "is empty"
  | "is not empty";

/** What stands on the right: a constant, another field, a share of it, or it plus or minus a constant. */
export type Right =
  | { kind: "value"; value: Constant }
  | { kind: "field"; name: string }
  | { kind: "share"; name: string; percent: string }
  | { kind: "offset"; name: string; sign: "+" | "-"; value: Constant }
  | { kind: "list"; values: Constant[] }
  | { kind: "none" };

export type ConstantKind = "text" | "number" | "money" | "boolean" | "date" | "datetime" | "duration";

export interface Constant {
  kind: ConstantKind;
  /** As a person writes it: `30`, `30.00`, `vip`, `true`, `2026-01-31`, `PT2H`. */
  text: string;
  currency?: string;
}

export interface Row {
  left: string;
  operator: Operator;
  right: Right;
}

/** Rows joined by one connective; a group is joined by the other one. */
export interface Sentence {
  connective: "and" | "or";
  items: (Row | Row[])[];
}

type Tree = Record<string, unknown>;

export function sentenceOf(ast: unknown): Sentence | null {
  if (!isRecord(ast)) return null;
  const connective = ast["kind"] === "or" ? "or" : "and";
  const parts = ast["kind"] === "and" || ast["kind"] === "or" ? trees(ast["operands"]) : [ast];
  const items: (Row | Row[])[] = [];
  for (const part of parts) {
    const item = itemOf(part, connective === "and" ? "or" : "and");
    if (!item) return null;
    items.push(item);
  }
  return items.length > 0 ? { connective, items } : null;
}

function itemOf(tree: Tree, inner: "and" | "or"): Row | Row[] | null {
  if (tree["kind"] !== inner) return rowOf(tree);
  const rows = trees(tree["operands"]).map(rowOf);
  return rows.every((row) => row !== null) ? rows : null;
}

function rowOf(tree: Tree): Row | null {
  const { kind, left, right, operator, negated, operand } = tree;
  if (kind === "reference")
    return rowWith(tree, "==", { kind: "value", value: { kind: "boolean", text: "true" } });
  if (kind === "not" && isRecord(operand) && operand["kind"] === "reference") {
    return rowWith(operand, "==", { kind: "value", value: { kind: "boolean", text: "false" } });
  }
  if (kind === "empty") return rowWith(operand, negated ? "is not empty" : "is empty", { kind: "none" });
  if (kind === "compare") return rowWith(left, operator as Operator, rightOf(right));
  if (kind === "member") return memberRow(left, String(operator), negated === true, right);
  return null;
}

function memberRow(left: unknown, operator: string, negated: boolean, right: unknown): Row | null {
  if (operator === "in") return rowWith(left, negated ? "not in" : "in", listOf(right));
  if (negated && operator !== "contains") return null;
  return rowWith(left, (negated ? "not contains" : operator) as Operator, rightOf(right));
}

function rowWith(left: unknown, operator: Operator, right: Right | null): Row | null {
  const name = nameOf(left);
  return name === null || right === null ? null : { left: name, operator, right };
}

function nameOf(tree: unknown): string | null {
  if (!isRecord(tree) || tree["kind"] !== "reference" || !Array.isArray(tree["path"])) return null;
  return tree["path"].join(".");
}

function rightOf(tree: unknown): Right | null {
  const value = constantOf(tree);
  if (value) return { kind: "value", value };
  const name = nameOf(tree);
  if (name !== null) return { kind: "field", name };
  return isRecord(tree) && tree["kind"] === "calculate" ? calculated(tree) : null;
}

function calculated(tree: Tree): Right | null {
  const { operator, left, right } = tree;
  const name = nameOf(left) ?? (operator === "*" ? nameOf(right) : null);
  const other = nameOf(left) === null ? left : right;
  if (name === null) return null;
  const value = constantOf(other);
  if (operator === "*") {
    const percent = shareOf(other);
    return percent === null ? null : { kind: "share", name, percent };
  }
  if (!value || (operator !== "+" && operator !== "-")) return null;
  return { kind: "offset", name, sign: operator, value };
}

function listOf(tree: unknown): Right | null {
  if (!isRecord(tree) || tree["kind"] !== "list") return null;
  const values = trees(tree["items"]).map(constantOf);
  return values.every((value) => value !== null) ? { kind: "list", values } : null;
}

const PLAIN: Record<string, ConstantKind> = {
  text: "text",
  integer: "number",
  decimal: "number",
  date: "date",
  datetime: "datetime",
  duration: "duration",
};

function constantOf(tree: unknown): Constant | null {
  if (!isRecord(tree)) return null;
  const { kind, value } = tree;
  if (kind === "negate") {
    const inner = constantOf(tree["operand"]);
    return inner && (inner.kind === "number" || inner.kind === "money")
      ? { ...inner, text: `-${inner.text}` }
      : null;
  }
  if (kind === "boolean") return { kind: "boolean", text: value === true ? "true" : "false" };
  if (kind === "money" && isRecord(value)) {
    return { kind: "money", text: String(value["amount"]), currency: String(value["currency"]) };
  }
  const plain = typeof kind === "string" ? PLAIN[kind] : undefined;
  return plain ? { kind: plain, text: String(value) } : null;
}

function shareOf(tree: unknown): string | null {
  if (!isRecord(tree)) return null;
  if (tree["kind"] === "percent") return String(tree["value"]);
  return tree["kind"] === "decimal" || tree["kind"] === "integer"
    ? shiftPoint(String(tree["value"]), 2)
    : null;
}

function trees(list: unknown): Tree[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** Moves the decimal point in the text itself: `0.3` by 2 is `30`, `30` by -2 is `0.3`. */
export function shiftPoint(text: string, by: number): string {
  const [whole = "0", fraction = ""] = text.split(".");
  const digits = (whole + fraction).padStart(Math.abs(by) + whole.length + fraction.length, "0");
  const point = digits.length - fraction.length + by;
  const padded = digits.padEnd(point, "0");
  const head = padded.slice(0, point).replace(/^0+(?=\d)/, "") || "0";
  const tail = padded.slice(point).replace(/0+$/, "");
  return tail ? `${head}.${tail}` : head;
}

/** The text of a sentence; rows that are not finished yet are left out. Empty when nothing can be said. */
export function textOfSentence(sentence: Sentence): string {
  const inner = sentence.connective === "and" ? "or" : "and";
  const parts = sentence.items
    .map((item) => {
      if (!Array.isArray(item)) return textOfRow(item);
      const rows = item.map(textOfRow).filter(Boolean);
      const joined = rows.join(` ${inner} `);
      return rows.length > 1 && sentence.items.length > 1 ? `(${joined})` : joined;
    })
    .filter(Boolean);
  return parts.join(` ${sentence.connective} `);
}

export function textOfRow(row: Row): string {
  if (!row.left) return "";
  const left = reference(row.left);
  if (row.right.kind === "none")
    return row.operator === "is empty" || row.operator === "is not empty" ? `${left} ${row.operator}` : "";
  const right = textOfRight(row.right);
  if (!right) return "";
  return row.operator === "not contains"
    ? `${left} not contains ${right}`
    : `${left} ${row.operator} ${right}`;
}

function textOfRight(right: Right): string {
  switch (right.kind) {
    case "value":
      return textOfConstant(right.value);
    case "field":
      return right.name ? reference(right.name) : "";
    case "share":
      return right.name && isNumber(right.percent)
        ? `${reference(right.name)} * ${shiftPoint(right.percent, -2)}`
        : "";
    case "offset":
      return textOfOffset(right);
    case "list":
      return textOfList(right.values);
    case "none":
      return "";
  }
}

function textOfOffset(right: Extract<Right, { kind: "offset" }>): string {
  const value = textOfConstant(right.value);
  return right.name && value ? `${reference(right.name)} ${right.sign} ${value}` : "";
}

function textOfList(list: Constant[]): string {
  const values = list.map(textOfConstant).filter(Boolean);
  return values.length > 0 ? `[${values.join(", ")}]` : "";
}

function reference(name: string): string {
  return `\${${name}}`;
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

function textOfConstant(value: Constant): string {
  const { kind, text } = value;
  switch (kind) {
    case "text":
      return text === "" ? "" : `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    case "number":
      return isNumber(text) ? text : "";
    case "money":
      return isNumber(text) ? `${text} ${value.currency ?? "CNY"}` : "";
    case "boolean":
      return text;
    default:
      return text ? `${kind}'${text}'` : "";
  }
}
