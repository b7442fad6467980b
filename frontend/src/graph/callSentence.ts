/** What the card of a step says that calls another flow: which, for each of what, and how. Pure. */
import { type Graph, type GraphNode, textOf } from "./document";

type Say = (key: string, params?: Record<string, string | number>) => string;
type Said = { sentence: string } | { missing: string };

export function callSentence({ config }: GraphNode, say: Say): Said {
  const { flow, wait } = config;
  if (typeof flow !== "string" || !flow) return { missing: say("card.missing.flow") };
  return { sentence: say(wait === false ? "card.subflowAlone" : "card.subflow", { flow }) };
}

export function eachSentence(
  { config }: GraphNode,
  say: Say,
  variables: Graph["variables"],
  language: string,
): Said {
  const { flow, list, order, at_once: width } = config;
  if (typeof list !== "string" || !list) return { missing: say("card.missing.list") };
  if (typeof flow !== "string" || !flow) return { missing: say("card.missing.flow") };
  const name = textOf(variables.find((one) => one.name === list)?.label, language) || list;
  const said = say("card.forEach", { flow, list: name });
  if (order === "sequence") return { sentence: `${said} · ${say("card.inSequence")}` };
  return { sentence: typeof width === "number" ? `${said} · ${say("card.atOnce", { n: width })}` : said };
}
