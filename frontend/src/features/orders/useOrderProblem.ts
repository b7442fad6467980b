/** The sentence for a refusal: this room's own words first, then those that all rooms share. */
import { useTranslation } from "react-i18next";
import type { MoneyValue } from "@/api/types";
import { isApiError } from "@/api/problem";
import { formatMoney, isMoney } from "@/ui/moneyFormat";
import { useProblemText } from "@/ui/problemText";

function readable(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      isMoney(value) ? formatMoney(value as MoneyValue) : value,
    ]),
  );
}

export function useOrderProblem(): (problem: unknown) => string {
  const { t, i18n } = useTranslation("orders");
  const tell = useProblemText();
  return (problem) => {
    if (isApiError(problem) && i18n.exists(`orders:problem.${problem.code}`)) {
      return t(`problem.${problem.code}`, readable(problem.fields));
    }
    return tell(problem);
  };
}
