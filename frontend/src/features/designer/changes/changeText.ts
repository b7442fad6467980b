/** A change that the server found, as a sentence: steps and settings by the names people read, values in their words. Pure. */
import type { JsonSchema, UiHint } from "@/api/documents";
import type { GraphChange } from "@/api/types";
import { sayAssignees } from "@/graph/assigneeSentence";
import { sayDuration, sayTimeout, type Speech } from "@/graph/describe";
import { type DrawnText, isRecord, textOf, type Variable } from "@/graph/document";
import { readableExpression } from "@/graph/expressionText";
import { formatMoney } from "@/ui/moneyFormat";

/** The catalogue's text for a key under `change`; the key itself where it has none. */
export type SayChange = (key: string, params?: Record<string, string | number>) => string;

export interface ChangeWords {
  say: SayChange;
  speech: Speech;
  /** Of both drawings; their labels stand for names in conditions. */
  variables: readonly Variable[];
}

export type Sign = "+" | "-" | "~";

const CAME = /\.(added|set)$/;
const WENT = /\.(removed|cleared)$/;
const LONGEST = 80;

export function signOf(change: GraphChange): Sign {
  return CAME.test(change.code) ? "+" : WENT.test(change.code) ? "-" : "~";
}

export function changeText(change: GraphChange, words: ChangeWords): string {
  const { params } = change;
  const step = isRecord(params["step"]) ? stepName(params["step"], words) : "";
  const said: Record<string, string | number> = { step };
  const kind = change.code.split(".")[0] ?? "";
  if (kind === "node") Object.assign(said, stepWords(change, words));
  if (kind === "setting" || kind === "item") Object.assign(said, settingWords(change, words));
  if (kind === "branch") Object.assign(said, branchWords(change, words));
  if (kind === "edge") Object.assign(said, lineWords(change, words));
  if (kind === "variable") Object.assign(said, variableWords(change, words));
  return words.say(keyOf(change), said);
}

/** A step that came between two others says between which. */
function keyOf({ code, params }: GraphChange): string {
  return code === "node.added" && params["previous"] !== undefined ? "node.addedBetween" : code;
}

function stepName(step: unknown, { speech, say }: ChangeWords): string {
  if (!isRecord(step)) return say("nothing");
  const type = String(step["type"] ?? "");
  return (
    textOf(step["name"] as DrawnText, speech.language) ||
    textOf(speech.types.get(type)?.title, speech.language) ||
    String(step["id"] ?? "")
  );
}

function stepWords({ code, params }: GraphChange, words: ChangeWords) {
  const kindName = (type: unknown): string =>
    textOf(words.speech.types.get(String(type))?.title, words.speech.language) || String(type);
  if (code === "node.retyped") return { from: kindName(params["before"]), to: kindName(params["after"]) };
  if (code === "node.renamed") return { from: stepName(params["before"], words) };
  return { previous: stepName(params["previous"], words), next: stepName(params["next"], words) };
}

function settingWords(change: GraphChange, words: ChangeWords) {
  const { params, path } = change;
  const hint = hintAt(change, words);
  const field = [...path].reverse().find((part) => typeof part === "string");
  const value = (of: unknown): string => sayValue(of, { hint, field: String(field ?? ""), words });
  return { where: placeOf(change, words), from: value(params["before"]), to: value(params["after"]) };
}

function branchWords({ params }: GraphChange, words: ChangeWords) {
  const condition = (text: unknown): string =>
    readableExpression(String(text ?? ""), words.variables, words.speech.language) || words.say("nothing");
  const branch = branchName(params["branch"] ?? params["after"], words);
  if (typeof params["before"] === "string" || typeof params["after"] === "string")
    return { branch, from: condition(params["before"]), to: condition(params["after"]) };
  return {
    branch,
    from: branchName(params["before"], words),
    to: branchName(params["after"], words),
  };
}

/** The name of a branch, or of several in their order. */
function branchName(branch: unknown, words: ChangeWords): string {
  if (Array.isArray(branch))
    return branch.map((one) => branchName(one, words)).join(words.speech.say("list.separator"));
  if (!isRecord(branch)) return words.say("nothing");
  return textOf(branch["name"] as DrawnText, words.speech.language) || String(branch["port"] ?? "");
}

function lineWords({ code, params }: GraphChange, words: ChangeWords) {
  if (code === "edge.rounds")
    return {
      from: Number(params["before"] ?? 0),
      to: Number(params["after"] ?? 0),
    };
  const key = `port.${String(params["port"])}`;
  const port = words.speech.say(key);
  return {
    port: port === key ? String(params["port"]) : port,
    from: stepName(params["before"], words),
    to: stepName(params["after"], words),
  };
}

function variableWords({ code, params }: GraphChange, words: ChangeWords) {
  const { language } = words.speech;
  const variable = textOf(params["label"] as DrawnText, language) || String(params["name"]);
  if (code === "variable.renamed") {
    const label = (text: unknown): string => textOf(text as DrawnText, language) || words.say("nothing");
    return { variable, from: label(params["before"]), to: label(params["after"]) };
  }
  return { variable, from: String(params["before"] ?? ""), to: String(params["after"] ?? "") };
}

// -- settings -----------------------------------------------------------------------------------------------

/** The setting by its label, then the item by its place, then the field inside. */
function placeOf(change: GraphChange, words: ChangeWords): string {
  const { say, speech } = words;
  const branch = change.params["branch"];
  const parts = change.path.map((part, at) => {
    if (typeof part === "number") return branch ? branchName(branch, words) : say("item.at", { n: part + 1 });
    const hint = at === 0 ? schemaOf(change, words)?.properties?.[part]?.ui : undefined;
    return textOf(hint?.label, speech.language) || known(`field.${part}`, part, say);
  });
  return parts.filter(Boolean).join(" · ");
}

function schemaOf(change: GraphChange, words: ChangeWords): JsonSchema | undefined {
  const step = change.params["step"];
  return isRecord(step) ? words.speech.types.get(String(step["type"]))?.config_schema : undefined;
}

function hintAt(change: GraphChange, words: ChangeWords): UiHint | undefined {
  const [name] = change.path;
  const hint = schemaOf(change, words)?.properties?.[String(name)]?.ui;
  return change.path.length === 1 ? hint : undefined;
}

function known(key: string, fallback: string, say: SayChange): string {
  const text = say(key);
  return text === key || text.endsWith(`.${key}`) ? fallback : text;
}

interface ValuePlace {
  hint: UiHint | undefined;
  field: string;
  words: ChangeWords;
}

function sayValue(value: unknown, place: ValuePlace): string {
  const { say, speech } = place.words;
  if (value === undefined || value === null || value === "") return say("nothing");
  if (typeof value === "boolean") return say(value ? "value.true" : "value.false");
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return sayText(value, place);
  if (Array.isArray(value)) {
    if (value.length === 0) return say("nothing");
    return shortened(value.map((one) => sayValue(one, place)).join(speech.say("list.separator")));
  }
  return isRecord(value) ? sayRecord(value, place) : shortened(JSON.stringify(value));
}

function sayText(text: string, { hint, field, words }: ValuePlace): string {
  const option = hint?.options?.find((one) => one.value === text);
  if (option) return textOf(option.label, words.speech.language);
  if (/^P(?=[\dT])/.test(text)) return sayDuration(text, words.speech);
  if (text.includes("${")) return readableExpression(text, words.variables, words.speech.language);
  if (field === "user" || field === "group") return words.speech.nameOf(field, text);
  return known(`value.${text}`, shortened(text), words.say);
}

function sayRecord(value: Record<string, unknown>, { words }: ValuePlace): string {
  const { speech } = words;
  if (typeof value["after"] === "string" && typeof value["do"] === "string") return sayTimeout(value, speech);
  if (typeof value["kind"] === "string")
    return sayAssignees([value], speech) || shortened(JSON.stringify(value));
  if (typeof value["amount"] === "string" && typeof value["currency"] === "string")
    return formatMoney({ amount: value["amount"], currency: value["currency"] });
  return textOf(value, speech.language) || shortened(JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
