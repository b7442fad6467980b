/** People and groups that a config names, as keys for a chooser and back. Pure. */
import { isRecord } from "@/graph/document";

export type Target = Record<string, unknown> & { kind: string };

/** `group:finance`, `user:li`, `department_head:2`; null for kinds that the chooser does not offer. */
export function keyOfTarget(target: unknown): string | null {
  if (!isRecord(target)) return null;
  const { kind } = target;
  if (kind === "user" || kind === "group")
    return typeof target[kind] === "string" ? `${kind}:${target[kind]}` : null;
  if (kind === "department_head" && target["department"] == null)
    return `department_head:${String(target["level"] ?? 1)}`;
  return null;
}

export function targetOfKey(key: string): Target {
  const at = key.indexOf(":");
  const kind = key.slice(0, at);
  const rest = key.slice(at + 1);
  return kind === "department_head" ? { kind, level: Number(rest) } : { kind, [kind]: rest };
}

/** The targets after the chooser changed its keys: what it cannot show stays as it was. */
export function withKeys(list: unknown, keys: readonly string[]): unknown[] {
  const before = Array.isArray(list) ? list : [];
  const hidden = before.filter((target) => keyOfTarget(target) === null);
  const known = new Map(before.map((target) => [keyOfTarget(target), target]));
  return [...hidden, ...keys.map((key) => known.get(key) ?? targetOfKey(key))];
}
