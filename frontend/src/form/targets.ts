/** Whom a config names, as keys for a chooser and back. Pure. */
import { isRecord } from "@/graph/document";

export type Target = Record<string, unknown> & { kind: string };

/** Kinds with parts of their own, which are edited in rows below the chooser. */
export const PARTED = ["requester_choice", "expression"] as const;

const NAMED: Record<string, string> = { user: "user", group: "group", role: "role", field: "variable" };

/** `group:finance`, `role:approver`, `department_head:2`, `department_head:1-3`; null for what has no key. */
export function keyOfTarget(target: unknown): string | null {
  if (!isRecord(target)) return null;
  const { kind } = target;
  if (typeof kind !== "string") return null;
  const name = NAMED[kind];
  if (name !== undefined) return typeof target[name] === "string" ? `${kind}:${target[name]}` : null;
  if (kind === "requester") return "requester:";
  if (kind === "department_head" && target["department"] == null) {
    const [level, levels] = [Number(target["level"] ?? 1), Number(target["levels"] ?? 1)];
    return `department_head:${levels > 1 ? `${level}-${level + levels - 1}` : level}`;
  }
  return null;
}

export function targetOfKey(key: string): Target {
  const at = key.indexOf(":");
  const kind = key.slice(0, at);
  const rest = key.slice(at + 1);
  if (kind === "requester") return { kind };
  if (kind !== "department_head") return { kind, [NAMED[kind] ?? kind]: rest };
  const [first = 1, last = first] = rest.split("-").map(Number);
  return last > first ? { kind, level: first, levels: last - first + 1 } : { kind, level: first };
}

/** The targets after the chooser changed its keys: what it cannot show stays as it was. */
export function withKeys(list: unknown, keys: readonly string[]): unknown[] {
  const before = Array.isArray(list) ? list : [];
  const hidden = before.filter((target) => keyOfTarget(target) === null);
  const known = new Map(before.map((target) => [keyOfTarget(target), target]));
  const rule = headsRule(before) ?? "first";
  const came = (key: string): unknown[] => withHeadsRule([targetOfKey(key)], rule);
  return [...hidden, ...keys.flatMap((key) => (known.has(key) ? [known.get(key)] : came(key)))];
}

/** Who counts in a department with several heads; `first` is what a target says that says nothing. */
export const HEADS_THAT_COUNT = ["first", "present", "all"] as const;
export type HeadsThatCount = (typeof HEADS_THAT_COUNT)[number];

/** What a list says of departments with several heads; null when it names no managers. */
export function headsRule(list: readonly unknown[]): HeadsThatCount | null {
  const heads = ofKind(list, "department_head");
  if (heads.length === 0) return null;
  return HEADS_THAT_COUNT.find((rule) => heads.some((one) => one["heads"] === rule)) ?? "first";
}

/** The list with one answer for all its managers. */
export function withHeadsRule(list: readonly unknown[], rule: HeadsThatCount): unknown[] {
  return list.map((target) => {
    if (!isRecord(target) || target["kind"] !== "department_head") return target;
    const rest = Object.fromEntries(Object.entries(target).filter(([name]) => name !== "heads"));
    return rule === "first" ? rest : { ...rest, heads: rule };
  });
}

/** The targets of one kind, in their order. */
export function ofKind(list: unknown, kind: string): Target[] {
  return (Array.isArray(list) ? list : []).filter(
    (one): one is Target => isRecord(one) && one["kind"] === kind,
  );
}

/** The list with other targets of one kind, which come after all others. */
export function withKind(list: unknown, kind: string, targets: readonly Target[]): unknown[] {
  const others = (Array.isArray(list) ? list : []).filter((one) => !(isRecord(one) && one["kind"] === kind));
  return [...others, ...targets];
}
