/** Attributes that several controls set in the same way. */

export const FULL = { width: "100%" } as const;

export function described(by: string | undefined): { "aria-describedby"?: string } {
  return by === undefined ? {} : { "aria-describedby": by };
}

export function labelled(by: string | undefined): { "aria-label"?: string } {
  return by === undefined ? {} : { "aria-label": by };
}
