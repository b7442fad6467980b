/** Why a run cannot go on in another version, one sentence each; nothing for any other refusal. */
import { isApiError } from "@/api/problem";
import type { Hindrance } from "@/api/types";
import { useHindranceText } from "@/graph/useHindranceText";
import type { Run } from "../api/instance";
import { useSteps } from "@/graph/useSteps";

export function Hindrances({ error, run }: { error: unknown; run: Run }) {
  const steps = useSteps(run.graph);
  const say = useHindranceText(steps.title);
  if (!isApiError(error, "migration.hindered")) return null;
  const found = error.fields["hindrances"] as Hindrance[];
  return (
    <ul>
      {found.map((one) => (
        <li key={`${one.code} ${one.node ?? ""} ${String(one.params["variable"] ?? "")}`}>{say(one)}</li>
      ))}
    </ul>
  );
}
