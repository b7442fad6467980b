/** The name of whoever asked for a run. Pure. */
import type { Person } from "@/api/types";

/** A run keeps who asked for it by id; the directory has the name. Empty when nobody asked or nobody is known. */
export function requesterName(requester: string | null, people: readonly Person[]): string {
  if (requester === null) return "";
  return people.find((person) => person.id === requester)?.display_name ?? "";
}
