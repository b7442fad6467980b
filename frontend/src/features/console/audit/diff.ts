/** The difference between two recorded states, field by field. Pure. */

export type Change = { field: string; before: string | null; after: string | null };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How a named thing (a person, a group) is called. */
export type NameOf = (name: unknown) => string;

function plain(value: unknown, nameOf: NameOf): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((one) => plain(one, nameOf) ?? "").join(", ");
  if (isRecord(value)) return "name" in value ? nameOf(value["name"]) : JSON.stringify(value);
  return String(value);
}

/** Only what changed, in the order of the fields; a state that is no record counts as one field. */
export function changesOf(before: unknown, after: unknown, nameOf: NameOf): Change[] {
  if (!isRecord(before) && !isRecord(after)) {
    const change = { field: "value", before: plain(before, nameOf), after: plain(after, nameOf) };
    return change.before === change.after ? [] : [change];
  }
  const [old, fresh] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  // A field that only one of two states records tells nothing about a change.
  const both = isRecord(before) && isRecord(after);
  return [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
    .filter((field) => !both || (field in old && field in fresh))
    .map((field) => ({ field, before: plain(old[field], nameOf), after: plain(fresh[field], nameOf) }))
    .filter((change) => change.before !== change.after);
}
