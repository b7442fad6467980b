/** Who of a pool has claimed a task. */
import { useCurrentUser } from "@/api/session";
import type { Addressee, Task } from "@/api/types";

export type Claim = NonNullable<Addressee["claimed_by"]>;

export function claimsOf(task: Pick<Task, "candidates">): Claim[] {
  return task.candidates.flatMap((one) => one.claimed_by ?? []);
}

export function useIsClaimedByMe(task: Pick<Task, "candidates">): boolean {
  const me = useCurrentUser().username;
  return claimsOf(task).some((claim) => claim.username === me);
}
