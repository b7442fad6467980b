/** The params of a condition's error in the reader's words: names of types, the parser's own phrases. Pure. */

type Translate = (key: string, options: { defaultValue: string }) => string;

export function expressionWords(params: Record<string, unknown>, t: Translate): Record<string, string> {
  const words = Object.entries(params).map(([name, value]) => [name, inWords(String(value), t)]);
  const amount =
    isPlainNumber(params["found"]) && params["expected"] === "money" ? { context: "amount" } : {};
  return { ...Object.fromEntries(words), ...amount, written: `\${${String(params["found"] ?? "")}}` };
}

/** Who writes 100 where money is meant is told how money is written. */
function isPlainNumber(type: unknown): boolean {
  return type === "integer" || type === "decimal";
}

function inWords(text: string, t: Translate): string {
  const phrase = t(`phrase.${text}`, { defaultValue: "" });
  if (phrase) return phrase;
  return text
    .split(" or ")
    .map((word) => t(`type.${word}`, { defaultValue: word }))
    .join("/");
}
