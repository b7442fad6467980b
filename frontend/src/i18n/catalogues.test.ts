/** Both languages say the same things: equal keys, equal placeholders, and every key that code asks for exists. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { catalogue as en } from "./en";
import { catalogue as zh } from "./zh-CN";

const SRC = resolve(import.meta.dirname, "..");
const PLURAL = /_(zero|one|two|few|many|other)$/;

function flatten(value: unknown, prefix = ""): Map<string, string> {
  if (typeof value === "string") return new Map([[prefix, value]]);
  return new Map(
    Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => [
      ...flatten(inner, prefix ? `${prefix}.${key}` : key),
    ]),
  );
}

/** Key without its plural ending → the placeholders used in any of its forms. */
function shape(value: unknown): Record<string, string[]> {
  const shapes: Record<string, Set<string>> = {};
  for (const [key, text] of flatten(value)) {
    const found = (shapes[key.replace(PLURAL, "")] ??= new Set());
    for (const match of text.matchAll(/{{\s*(\w+)/g)) found.add(match[1] ?? "");
  }
  return Object.fromEntries(Object.entries(shapes).map(([key, set]) => [key, [...set].sort()]));
}

test("both languages have the same rooms", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
});

test.each(Object.keys(zh))("%s has the same keys and placeholders in both languages", (room) => {
  expect(shape(en[room])).toEqual(shape(zh[room]));
});

test("every key that code asks for literally is in the catalogues", () => {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !name.includes(".test."),
  );

  const missing = files.flatMap((name) => {
    const text = readFileSync(join(SRC, name), "utf8");
    const room = /useTranslation\("(\w+)"\)|TFunction<"(\w+)">/.exec(text);
    const own = room?.[1] ?? room?.[2];
    return [...text.matchAll(/\bt\(\s*"([^"]+)"/g)].flatMap((match) => {
      const [space, key] = match[1]?.includes(":") ? match[1].split(":") : [own, match[1]];
      if (space === undefined || key === undefined) return [];
      return shape(zh[space] ?? {})[key] === undefined ? [`${name}: ${space}:${key}`] : [];
    });
  });

  expect(missing).toEqual([]);
});
