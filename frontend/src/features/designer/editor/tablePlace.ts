/** What is wrong in a decision table: where, by its path, and by which kind of words it is said. Pure. */
const PLACES = [
  { key: "when", path: /^table\.rules\.(\d+)\.when\.(\d+)$/ },
  { key: "then", path: /^table\.rules\.(\d+)\.then\.(\d+)$/ },
  { key: "rule", path: /^table\.rules\.(\d+)/ },
  { key: "inputs", path: /^table\.inputs\.(\d+)/ },
  { key: "outputs", path: /^table\.outputs\.(\d+)/ },
  { key: "otherwise", path: /^table\.otherwise(\b)\.(\d+)$/ },
  { key: "whole", path: /^table\b/ },
] as const;

/** The key of the words for the place, and the numbers in them. */
export function tablePlace(
  path: string | null | undefined,
): { key: (typeof PLACES)[number]["key"]; numbers: { number: number; column: number } } | null {
  for (const place of PLACES) {
    const found = place.path.exec(path ?? "");
    if (found) {
      const numbers = { number: Number(found[1] ?? 0) + 1, column: Number(found[2] ?? 0) + 1 };
      return { key: place.key, numbers };
    }
  }
  return null;
}

/** Whether what is said of a table needs its place before it, and whether it is about a field. */
export function tableWords(
  code: string,
  params: Record<string, unknown>,
): { isPlaced: boolean; isField: boolean } {
  const isTable = code.startsWith("decision_table.");
  return { isPlaced: isTable && !("rule" in params), isField: isTable && "variable" in params };
}
