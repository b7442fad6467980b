/** Why a run cannot go on in another version, as a sentence; shared by the migration of many runs and of one. */
import { useTranslation } from "react-i18next";
import type { Hindrance } from "@/api/types";

/** `title` names a step of the version that the run is on. */
export function useHindranceText(title: (node: string) => string): (one: Hindrance) => string {
  const { t } = useTranslation("graph");
  return ({ code, node, params }) =>
    t(`hindrance.${code.replace("migration.", "")}`, {
      step: node === null ? "" : title(node),
      variable: String(params["variable"] ?? ""),
      expected: String(params["expected"] ?? ""),
      found: String(params["found"] ?? ""),
      version: String(params["version"] ?? ""),
      defaultValue: t("hindrance.other", { code }),
    });
}
