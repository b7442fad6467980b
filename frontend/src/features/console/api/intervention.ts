/** What a supervisor may want of a run, and under which address it is asked for. */

export type Intervention =
  { kind: "force-advance"; target: string } | { kind: "cancel" } | { kind: "retry"; incident: string };

export function addressOf(instance: string, wanted: Intervention): string {
  return `/instances/${encodeURIComponent(instance)}/${wanted.kind}`;
}

export function bodyOf(wanted: Intervention): Record<string, string> {
  switch (wanted.kind) {
    case "force-advance":
      return { target: wanted.target };
    case "retry":
      return { incident: wanted.incident };
    case "cancel":
      return {};
  }
}
