/** The input that shows what a warning means, in the reader's words: `退款金额 = ¥30.00,订单金额 = ¥100.00`. Pure. */
import { isRecord, textOf, type Variable } from "@/graph/document";
import { formatMoney, isMoney } from "@/ui/moneyFormat";

type Say = (key: "value" | "join" | "missing" | "yes" | "no", params?: Record<string, string>) => string;

export function witnessText(
  witness: Record<string, unknown>,
  variables: readonly Variable[],
  language: string,
  say: Say,
): string {
  const declared = new Map(variables.map((variable) => [variable.name, variable]));
  return Object.entries(witness)
    .map(([name, value]) => {
      const variable = declared.get(name);
      const said = valueText(value, variable?.type.includes("text") ?? false, language, say);
      return say("value", { name: textOf(variable?.label, language) || name, value: said });
    })
    .join(say("join"));
}

function valueText(value: unknown, isText: boolean, language: string, say: Say): string {
  if (value === null || value === undefined) return say("missing");
  if (isMoney(value)) return formatMoney(value);
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value === "string" && isText) return language.startsWith("en") ? `"${value}"` : `「${value}」`;
  const inner = (one: unknown): string => valueText(one, isText, language, say);
  if (Array.isArray(value)) return `[${value.map(inner).join(say("join"))}]`;
  if (isRecord(value)) {
    const fields = Object.entries(value).map(([name, one]) => say("value", { name, value: inner(one) }));
    return `{${fields.join(say("join"))}}`;
  }
  return String(value);
}
