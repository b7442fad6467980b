/** What a finding says: this room's words, else those that the designer has for a problem of that kind. */
import { useTranslation } from "react-i18next";
import type { PolicyFinding } from "@/api/types";
import { useSpeech } from "@/graph/useSpeech";
import { useLocal } from "@/i18n/local";
import { useProblemText } from "@/ui/problemText";

const namesOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");

export function useFindingText(): (finding: PolicyFinding) => string {
  const { t, i18n } = useTranslation("policy");
  const speech = useSpeech();
  const local = useLocal();
  const tellOthers = useProblemText();
  return ({ problem, flow }) => {
    const { code, params } = problem;
    const named: Record<string, unknown> = { ...params };
    for (const kind of ["group", "user", "role"]) {
      const key = params[kind];
      if (typeof key === "string")
        named[kind] = kind === "role" ? speech.say(`assign.roles.${key}`) : speech.nameOf(kind, key);
    }
    const own = `finding.${code.replace(/^policy\./, "")}`;
    if (code.startsWith("policy.") && i18n.exists(`policy:${own}`)) {
      const steps = flow?.steps ?? [];
      return t(own, {
        ...named,
        who: named["group"] ?? named["role"] ?? named["user"],
        person: named["user"],
        people: namesOf(params["people"])
          .map((one) => speech.nameOf("user", one))
          .join(" → "),
        delegate: namesOf(params["to"])
          .map((one) => speech.nameOf("user", one))
          .join(""),
        steps: steps.map((step) => local(step.title) || step.id).join(t("ui:list.comma")),
        count: steps.length,
      });
    }
    const drawn = `designer:problem.${code}`;
    return i18n.exists(drawn) ? i18n.t(drawn, named) : tellOthers(problem);
  };
}
