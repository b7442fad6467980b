/** The sentence for a refusal: this room's own words first, then those that all rooms share. */
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/problem";
import { useProblemText } from "@/ui/problemText";

export function useConsoleProblem(): (problem: unknown) => string {
  const { t, i18n } = useTranslation("console");
  const tell = useProblemText();
  return (problem) => {
    if (isApiError(problem) && i18n.exists(`console:problem.${problem.code}`)) {
      return t(`problem.${problem.code}`, { ...problem.fields });
    }
    return tell(problem);
  };
}
