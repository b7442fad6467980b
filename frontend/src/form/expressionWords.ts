/** The params of a condition's error in the reader's words: names of types, the parser's own phrases. Pure. */

type Translate = (key: string, options: { defaultValue: string }) => string;

export function expressionWords(params: Record<string, unknown>, t: Translate): Record<string, string> {
  const words = Object.entries(params).map(([name, value]) => [name, inWords(String(value), t)]);
  return { ...Object.fromEntries(words), written: `\${${String(params["found"] ?? "")}}` };
}

function inWords(text: string, t: Translate): string {
  const phrase = t(`phrase.${text}`, { defaultValue: "" });
  if (phrase) return phrase;
  return text
    .split(" or ")
    .map((word) => t(`type.${word}`, { defaultValue: word }))
    .join("/");
}
