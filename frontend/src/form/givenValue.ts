/** A value of a declared type as a person writes it into a field, and as the contract has it. Pure. */
import { isMoney } from "@/ui/moneyFormat";

export const CURRENCY = "CNY";
const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const HAS_OFFSET = /(?:Z|[+-]\d{2}:\d{2})$/;

/** The value of a field as the contract has it; an empty field has no value. Amounts keep the currency they had. */
export function valueOf(type: string, text: string, before: unknown = null): unknown {
  const written = text.trim();
  if (written === "") return null;
  if (type === "money") return { amount: written, currency: isMoney(before) ? before.currency : CURRENCY };
  if (type === "boolean") return written === "true";
  if (type === "list<text>") return written.split(/[,,、]/).map((one) => one.trim());
  if (type === "datetime" && LOCAL_TIME.test(written) && !HAS_OFFSET.test(written))
    return new Date(written).toISOString();
  return written;
}

/** The same value as a field of the browser writes it; empty for none. */
export function writtenOf(type: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (isMoney(value)) return value.amount;
  if (Array.isArray(value)) return value.map(String).join(", ");
  if (type === "datetime") return localTime(new Date(String(value)));
  return String(value);
}

function localTime(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
