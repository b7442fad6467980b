/** What is said of a flow's problems: this room's words by code, a condition's own words, else the general ones. */
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/problem";
import type { LocalisedText, Problem } from "@/api/types";
import { expressionWords } from "@/form/expressionWords";
import { useProblemText } from "@/ui/problemText";
import { describeNode, type Speech } from "@/graph/describe";
import { type Graph, isRecord, nodeOf, textOf } from "@/graph/document";
import type { Callout } from "@/graph/shownProblem";
import { tablePlace, tableWords } from "./tablePlace";
import { witnessText } from "./witnessText";

const BRANCH = /^branches\.(\d+)\.\w+$/;
const EVENT = /^branches\.\d+\.(?:message|key|into|after)$/;
const ASSIGNMENT = /^assign\.(\d+)\.value$/;
const RESULT = /^(?:assign|body|given)\.\d+\.value$/;
const FIELD = /^(?:mapping|http|flow|for_each)\./;
const ROW = /^(?:body|headers|response|given|take)\.(\d+)\./;
const PLACED = [ROW, EVENT];

export interface ProblemWords {
  /** The sentence for what is wrong. */
  tell: (problem: unknown) => string;
  titleOf: (node: string) => string;
  /** What the values of a finding show at one branch. */
  callout: (callout: Callout, problem: Problem) => string;
}

export function useProblemWords(graph: Graph, speech: Speech): ProblemWords {
  const { t, i18n } = useTranslation("designer");
  const { t: form } = useTranslation("form");
  const { variables } = graph;
  const titleOf = (id: string): string => {
    const node = nodeOf(graph, id);
    return node ? describeNode(node, graph, speech).title : id;
  };
  const tellOthers = useProblemText();
  const exampleOf = (witness: Record<string, unknown>): string =>
    witnessText(witness, variables, speech.language, (key, words) => t(`witness.${key}`, { ...words }));
  const named = (params: Record<string, unknown>): Record<string, unknown> => {
    const names = { ...params };
    if (typeof names["port"] === "string")
      names["port"] = speech.say(`port.${names["port"]}`).replace(/^port\./, "");
    for (const kind of ["group", "user"]) {
      const key = names[kind];
      if (typeof key === "string") names[kind] = speech.nameOf(kind, key);
    }
    const { holder, nodes, steps, witness } = names;
    if (Array.isArray(steps))
      names["steps"] = steps.map((id) => titleOf(String(id))).join(speech.say("list.separator"));
    if (Array.isArray(nodes)) names["way"] = nodes.map((id) => titleOf(String(id))).join(" → ");
    if (isRecord(holder)) names["holder"] = textOf(holder["title"] as LocalisedText, speech.language);
    if (isRecord(witness)) names["example"] = exampleOf(witness);
    return names;
  };
  const placeText = (problem: Problem): string => {
    const inTable = tablePlace(problem.path);
    if (inTable) return t(`problem.inTable.${inTable.key}`, inTable.numbers);
    const branch = BRANCH.exec(problem.path ?? "")?.[1];
    if (branch !== undefined) return t("problem.inBranch", { branch: Number(branch) + 1 });
    const assigned = ASSIGNMENT.exec(problem.path ?? "")?.[1];
    if (assigned !== undefined) return t("problem.inAssignment", { number: Number(assigned) + 1 });
    const row = ROW.exec(problem.path ?? "")?.[1];
    return row === undefined ? "" : t("problem.inRow", { number: Number(row) + 1 });
  };
  /** The field by its label, and types in the reader's words. */
  const mappingWords = (params: Record<string, unknown>): Record<string, unknown> => {
    const variable = variables.find((one) => one.name === params["variable"]);
    const label = textOf(variable?.label, speech.language) || params["variable"];
    const { variables: several, cycle } = params;
    return {
      ...expressionWords(params, form),
      variable: label,
      ...(Array.isArray(several) ? { names: several.map(String).join(t("ui:list.comma")) } : {}),
      ...(Array.isArray(cycle) ? { cycle: cycle.map(String).join(" → ") } : {}),
    };
  };
  const conditionText = (problem: Problem): string => {
    if (problem.code === "expression.empty" && tablePlace(problem.path))
      return placeText(problem) + form("assignments.empty");
    if (problem.code === "expression.empty" && RESULT.test(problem.path ?? ""))
      return placeText(problem) + form("assignments.empty");
    const key = problem.code.replace(/^expression\./, "expressionError.");
    const column =
      problem.span && problem.code !== "expression.empty"
        ? form("expressionError.at", { column: problem.span[0] + 1 })
        : "";
    return (
      placeText(problem) +
      column +
      form(key, { ...expressionWords(problem.params, form), defaultValue: problem.message })
    );
  };
  const tell = (problem: unknown): string => {
    const code = codeOf(problem);
    if (code === null) return tellOthers(problem);
    if (code.startsWith("expression.") && !isApiError(problem)) return conditionText(problem as Problem);
    const key = `problem.${isEmptyField(problem) ? "config.empty" : code}`;
    if (!i18n.exists(`designer:${key}`)) return tellOthers(problem);
    if (isApiError(problem)) return t(key, named(problem.fields));
    const { path, params } = problem as Problem;
    const table = tableWords(code, params);
    const isPlaced = PLACED.some((place) => place.test(path ?? "")) || table.isPlaced;
    const isField = FIELD.test(code) || table.isField;
    const place = isPlaced ? placeText(problem as Problem) : "";
    return place + t(key, isField ? mappingWords(params) : named(params));
  };
  const callout = ({ says, other }: Callout, { params }: Problem): string => {
    const example = isRecord(params["witness"]) ? exampleOf(params["witness"]) : "";
    return t(`shown.at.${says}`, { example, other });
  };
  return { tell, titleOf, callout };
}

const EMPTY = new Set(["missing", "too_short", "string_too_short"]);

/** Not wrong, only not filled in yet. */
function isEmptyField(problem: unknown): boolean {
  if (isApiError(problem)) return false;
  const { code, params } = problem as Problem;
  return code === "config.malformed" && EMPTY.has(String(params["type"]));
}

function codeOf(problem: unknown): string | null {
  return typeof problem === "object" &&
    problem !== null &&
    "code" in problem &&
    typeof problem.code === "string"
    ? problem.code
    : null;
}
