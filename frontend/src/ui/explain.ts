/** Makes the engine's account of a condition readable: `58.00 CNY < 199.00 CNY * 0.2 = 39.80 CNY → false`. Pure. */
import { withMoney } from "./moneyFormat";

export type Verdict = "true" | "false" | "unknown";
export type Explained = { text: string; verdict: Verdict };

const MARKS: Record<string, string> = { true: "✓", false: "✗", skipped: "–", unknown: "?" };

function verdictOf(word: string): Verdict {
  return word === "true" || word === "false" ? word : "unknown";
}

/** Text with signs of money and arithmetic, without its own verdict; inner verdicts become marks. */
export function explain(because: string): Explained {
  const at = because.lastIndexOf(" → ");
  const word = at < 0 ? "" : because.slice(at + 3);
  const outer = at >= 0 && !word.includes(")");
  const body = outer ? because.slice(0, at) : because;
  const text = withMoney(body)
    .replaceAll(" * ", " × ")
    .replace(/ → (true|false|skipped|unknown)\)/g, (_all, inner: string) => ` ${MARKS[inner] ?? ""})`);
  return { text, verdict: verdictOf(outer ? word : "") };
}
