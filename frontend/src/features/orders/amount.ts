/** Amounts as people type them: exact text, compared digit by digit, never as floating point. Pure. */
import type { MoneyValue } from "@/api/types";

const TYPED = /^\d{1,12}(?:\.\d{1,2})?$/;
const PLACES = 2;

/** `58`, `58.5`, `1,058.50`, `¥58` → `58.00`, …; null for anything that is no amount with at most two decimals. */
export function readAmount(typed: string): string | null {
  const text = typed
    .trim()
    .replace(/^[¥¥$]\s*/, "")
    .replaceAll(",", "");
  if (!TYPED.test(text)) return null;
  const [whole = "0", fraction = ""] = text.split(".");
  return `${BigInt(whole)}.${fraction.padEnd(PLACES, "0")}`;
}

function scaled(amount: string, places: number): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(places, "0"));
}

/** Negative when `a` is less than `b`. Both are plain decimals without sign. */
export function compareAmounts(a: string, b: string): number {
  const places = Math.max(a.split(".")[1]?.length ?? 0, b.split(".")[1]?.length ?? 0);
  const difference = scaled(a, places) - scaled(b, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export type AmountTrouble = "missing" | "malformed" | "zero" | "tooMuch";

/** What is wrong with a typed amount, given how much may be refunded; null when nothing is. */
export function troubleOf(typed: string, refundable: MoneyValue): AmountTrouble | null {
  if (typed.trim() === "") return "missing";
  const amount = readAmount(typed);
  if (amount === null) return "malformed";
  if (compareAmounts(amount, "0") === 0) return "zero";
  return compareAmounts(amount, refundable.amount) > 0 ? "tooMuch" : null;
}
