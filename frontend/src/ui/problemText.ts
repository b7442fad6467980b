/** The sentence for a problem: ours by its code, else the server's own. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/problem";

type Told = { code: string; message: string; params?: Record<string, unknown> };

function sentence(told: Told, t: TFunction<"problems">): string {
  const key = told.code;
  return t(key, { defaultValue: told.message, ...told.params });
}

/** `tell(error)` gives one honest sentence for whatever was thrown or listed. */
export function useProblemText(): (problem: unknown) => string {
  const { t } = useTranslation("problems");
  return (problem) => {
    if (problem instanceof ApiError) {
      return sentence({ code: problem.code, message: problem.detail, params: problem.fields }, t);
    }
    if (typeof problem === "object" && problem !== null && "code" in problem && "message" in problem) {
      return sentence(problem as Told, t);
    }
    return t("unexpected");
  };
}
