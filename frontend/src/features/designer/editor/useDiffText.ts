/** A change between two graphs as a sentence. Conditions are said with the labels of their variables. */
import { useTranslation } from "react-i18next";
import type { DiffLine } from "@/graph/diff";
import { type Graph, nodeOf, textOf } from "@/graph/document";
import { readableExpression } from "@/graph/expressionText";
import { currentLanguage } from "@/i18n/index";
import { useEditorTypes } from "./useEditorTypes";

export function useDiffText(graph: Graph): (line: DiffLine) => string {
  const { t } = useTranslation("designer");
  const types = useEditorTypes();
  const language = currentLanguage();
  const condition = (text: unknown): string =>
    readableExpression(String(text ?? ""), graph.variables, language) || t("diff.nothing");
  const field = (line: DiffLine): string => {
    const name = String(line.params["field"] ?? "");
    const type = line.node === null ? undefined : types.get(nodeOf(graph, line.node)?.type ?? "");
    return textOf(type?.config_schema.properties?.[name]?.ui?.label, language) || name;
  };
  return (line) => {
    const params = Object.fromEntries(
      Object.entries(line.params).map(([name, value]) => [
        name,
        typeof value === "object" ? textOf(value, language) : value,
      ]),
    );
    if (line.key === "diff.condition")
      Object.assign(params, { from: condition(params["from"]), to: condition(params["to"]) });
    return t(line.key, { ...params, ...("field" in params ? { field: field(line) } : {}) });
  };
}
