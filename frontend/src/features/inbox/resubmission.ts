/** The fields of a request that came back: as texts that a person edits, and back to values as the server reads them. */
import type { ChangedField, RevisableField } from "@/api/types";
import { formatMoney, isMoney } from "@/ui/moneyFormat";

const TYPED_AS_TEXT = new Set(["text", "date", "datetime", "duration", "integer", "decimal"]);

/** What stands in the field; nothing for no value. */
export function textOfField({ type, value }: Pick<RevisableField, "type" | "value">): string {
  if (value === null || value === undefined) return "";
  if (type === "money" && isMoney(value)) return value.amount;
  return TYPED_AS_TEXT.has(type) || type === "boolean" ? String(value) : JSON.stringify(value);
}

/** The value that a text stands for; one that cannot be read stays the text, and the server says what it expected. */
export function valueOfField({ type, value }: Pick<RevisableField, "type" | "value">, text: string): unknown {
  if (text.trim() === "") return null;
  if (type === "money") {
    return { amount: text.trim(), currency: isMoney(value) ? value.currency : "CNY" };
  }
  if (type === "text") return text;
  if (type === "boolean") return text === "true";
  if (type === "integer") return /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text.trim();
  if (TYPED_AS_TEXT.has(type)) return text.trim();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The fields whose text was edited, with their values. */
export function revised(
  fields: readonly RevisableField[],
  texts: Record<string, string>,
): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .filter((field) => texts[field.key] !== undefined && texts[field.key] !== textOfField(field))
      .map((field) => [field.key, valueOfField(field, texts[field.key] ?? "")]),
  );
}

/** A value as people read it. */
export function shownValue(value: ChangedField["before"]): string {
  if (value === null || value === undefined || value === "") return "–";
  if (isMoney(value)) return formatMoney(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
