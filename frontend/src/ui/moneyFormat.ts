/** Money and shares as people read them. Amounts stay text: no floating point touches them. */
import type { MoneyValue } from "@/api/types";

const SYMBOLS: Record<string, string> = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", HKD: "HK$", JPY: "JP¥" };

export function isMoney(value: unknown): value is MoneyValue {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as MoneyValue).amount === "string" &&
    typeof (value as MoneyValue).currency === "string"
  );
}

/** `{amount: "1280.5", currency: "CNY"}` → `¥1,280.50`. Digits beyond the cent are kept. */
export function formatMoney(money: MoneyValue): string {
  const negative = money.amount.startsWith("-");
  const [whole = "0", fraction = ""] = money.amount.replace(/^[-+]/, "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const symbol = SYMBOLS[money.currency] ?? `${money.currency} `;
  return `${negative ? "-" : ""}${symbol}${grouped}.${fraction.padEnd(2, "0")}`;
}

const WRITTEN = /(-?\d+(?:\.\d+)?) ([A-Z]{3})\b/g;

/** Amounts in a text as people read them: `ORD1 · 58.00 CNY` → `ORD1 · ¥58.00`. */
export function withMoney(text: string): string {
  return text.replace(WRITTEN, (_all, amount: string, currency: string) => formatMoney({ amount, currency }));
}

/** The share of `part` in `whole` in per cent with one digit, for display only; null without a common ground. */
export function shareOf(part: MoneyValue, whole: MoneyValue): string | null {
  const total = Number(whole.amount);
  if (part.currency !== whole.currency || !(total > 0)) return null;
  return `${((Number(part.amount) / total) * 100).toFixed(1)}%`;
}
