/** The walls of the frontend, checked over every import as written: by alias, relative, static or lazy. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "..");
const IMPORT = /(?:from\s+|import\s*\(\s*|import\s+)"([^"]+)"/g;

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .map((name) => name.split(sep).join("/"))
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"));
}

function isTest(name: string): boolean {
  return name.startsWith("test/") || /\.test\.tsx?$/.test(name);
}

const names = sources();
const known = new Set(names);

function resolveImport(from: string, wanted: string): string | null {
  const base = wanted.startsWith("@/")
    ? wanted.slice(2)
    : wanted.startsWith(".")
      ? relative(SRC, resolve(join(SRC, dirname(from)), wanted))
          .split(sep)
          .join("/")
      : null;
  if (base === null) return null;
  const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`, `${base}/index.tsx`];
  return candidates.find((candidate) => known.has(candidate)) ?? base;
}

function importsOf(name: string): string[] {
  const text = readFileSync(join(SRC, name), "utf8").replace(/^\s*import type .*$/gm, "");
  return [...text.matchAll(IMPORT)].flatMap((match) => resolveImport(name, match[1] ?? "") ?? []);
}

const graph = new Map(names.filter((name) => !isTest(name)).map((name) => [name, importsOf(name)]));

/** `features/inbox/x.ts` → `features/inbox`; `ui/x.ts` → `ui`. */
function roomOf(name: string): string {
  const [first = "", second = ""] = name.split("/");
  return first === "features" ? `features/${second}` : first;
}

test("shared rooms know neither features nor the app", () => {
  const shared = new Set(["ui", "api", "graph", "form", "i18n"]);

  const breaches = [...graph].flatMap(([name, targets]) =>
    shared.has(roomOf(name))
      ? targets.filter((target) => /^(features|app)\//.test(target)).map((target) => `${name} -> ${target}`)
      : [],
  );

  expect(breaches).toEqual([]);
});

test("the api room knows only HTTP", () => {
  const breaches = [...graph].flatMap(([name, targets]) =>
    roomOf(name) === "api"
      ? targets.filter((target) => roomOf(target) !== "api").map((target) => `${name} -> ${target}`)
      : [],
  );

  expect(breaches).toEqual([]);
});

test("features cannot see each other or the app", () => {
  const breaches = [...graph].flatMap(([name, targets]) => {
    const room = roomOf(name);
    if (!room.startsWith("features/")) return [];
    return targets
      .filter(
        (target) => roomOf(target) === "app" || (target.startsWith("features/") && roomOf(target) !== room),
      )
      .map((target) => `${name} -> ${target}`);
  });

  expect(breaches).toEqual([]);
});

test("no file imports itself in a circle", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (name: string, trail: string[]): void => {
    const seen = trail.indexOf(name);
    if (seen >= 0) {
      circles.push([...trail.slice(seen), name].join(" -> "));
      return;
    }
    if (done.has(name)) return;
    for (const target of graph.get(name) ?? []) walk(target, [...trail, name]);
    done.add(name);
  };

  for (const name of graph.keys()) walk(name, []);

  expect(circles).toEqual([]);
});
