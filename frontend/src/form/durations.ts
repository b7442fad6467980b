/** Durations as a number and one unit, and as the ISO text that is stored. Pure. */
import { durationParts } from "@/graph/expressionText";

export type Unit = "minute" | "hour" | "day";

export interface Amount {
  number: number | null;
  unit: Unit;
}

/** The largest unit that says it without a fraction; minutes stay minutes when they were written so. */
export function amountOf(text: string): Amount {
  const parts = durationParts(text);
  if (!parts) return { number: null, unit: "minute" };
  if (parts.minutes === 0 && parts.hours === 0 && parts.days > 0) return { number: parts.days, unit: "day" };
  const hours = parts.days * 24 + parts.hours;
  if (parts.minutes === 0 && hours > 0) return { number: hours, unit: "hour" };
  return { number: hours * 60 + parts.minutes, unit: "minute" };
}

export function durationOf(amount: Amount): string {
  if (amount.number === null) return "";
  if (amount.unit === "day") return `P${amount.number}D`;
  return amount.unit === "hour" ? `PT${amount.number}H` : `PT${amount.number}M`;
}
