/** A condition's text made readable where no parser is at hand: labels for names, signs for operators. For showing only. */
import { formatMoney } from "@/ui/moneyFormat";
import type { Variable } from "./document";
import { textOf } from "./document";

const NAME = /\$\{\s*([^}]+?)\s*\}/g;
const PERCENT = / ?\* ?(\d+(?:\.\d+)?)%/g;
const AMOUNT = /(?<![\w.])(\d+(?:\.\d+)?) ?([A-Z]{3})\b/g;
const SHARE = / ?\* ?(0?\.\d+)(?![\d.])/g;

/** `${refundAmount} < ${orderTotal} * 0.3` → `退款金额 < 订单金额 的 30%`. Unknown names stay as they are. */
export function readableExpression(text: string, variables: readonly Variable[], language: string): string {
  const english = language.startsWith("en");
  const labels = new Map(variables.map((variable) => [variable.name, textOf(variable.label, language)]));
  return text
    .trim()
    .replace(AMOUNT, (_, amount: string, currency: string) => formatMoney({ amount, currency }))
    .replace(NAME, (_, name: string) => labels.get(name) || name)
    .replace(PERCENT, (_, share: string) => (english ? ` × ${share}%` : ` 的 ${share}%`))
    .replace(SHARE, (_, share: string) => (english ? ` × ${percent(share)}` : ` 的 ${percent(share)}`))
    .replace(/<=/g, "≤")
    .replace(/>=/g, "≥")
    .replace(/!=/g, "≠")
    .replace(/==/g, "=")
    .replace(/ \* /g, " × ")
    .replace(/ (and|&&) /g, english ? " and " : " 且 ")
    .replace(/ (or|\|\|) /g, english ? " or " : " 或 ");
}

/** `0.3` → `30%`, exactly: the point moves in the text, no number is computed. */
export function percent(share: string): string {
  const [, fraction = ""] = share.split(".");
  const whole = (fraction + "00").slice(0, 2).replace(/^0(?=\d)/, "");
  const rest = fraction.slice(2).replace(/0+$/, "");
  return `${whole}${rest ? `.${rest}` : ""}%`;
}

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

export interface DurationParts {
  days: number;
  hours: number;
  minutes: number;
}

/** ISO 8601 duration in days, hours and minutes; null when it is not one. Weeks count seven days. */
export function durationParts(text: string): DurationParts | null {
  const found = DURATION.exec(text);
  if (!found || text === "P" || text.endsWith("T")) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  return { days: weeks * 7 + days, hours, minutes: minutes + Math.round(seconds / 60) };
}

/** The largest single unit that says it exactly: PT120M stays 120 minutes, P1D one day. */
export function durationText(text: string, words: { day: string; hour: string; minute: string }): string {
  const parts = durationParts(text);
  if (!parts) return text;
  const said = [
    parts.days ? words.day.replace("#", String(parts.days)) : "",
    parts.hours ? words.hour.replace("#", String(parts.hours)) : "",
    parts.minutes ? words.minute.replace("#", String(parts.minutes)) : "",
  ].filter(Boolean);
  return said.join(" ") || words.minute.replace("#", "0");
}
