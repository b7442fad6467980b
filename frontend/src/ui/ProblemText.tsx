import { useProblemText } from "./problemText";

export function ProblemText({ problem }: { problem: unknown }) {
  return <>{useProblemText()(problem)}</>;
}
