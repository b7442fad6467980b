/** What a supervisor may want of a run, and under which address it is asked for. */

export type Intervention =
  | { kind: "force-advance" | "return"; target: string }
  | { kind: "cancel" }
  | { kind: "retry" | "skip"; incident: string }
  | { kind: "migrate"; version: number; mapping: Record<string, string> };

export function addressOf(instance: string, wanted: Intervention): string {
  return `/instances/${encodeURIComponent(instance)}/${wanted.kind}`;
}

export function bodyOf(wanted: Intervention): Record<string, unknown> {
  switch (wanted.kind) {
    case "force-advance":
    case "return":
      return { target: wanted.target };
    case "retry":
    case "skip":
      return { incident: wanted.incident };
    case "migrate":
      return { version: wanted.version, mapping: wanted.mapping };
    case "cancel":
      return {};
  }
}
