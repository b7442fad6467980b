/** Whom a step names, as a phrase of its card. Pure. */
import type { Speech } from "./describe";
import { type Graph, records, textOf } from "./document";

type Item = Record<string, unknown>;
type Say = (item: Item, speech: Speech, graph?: Graph) => string;

/** People, groups and all others as one phrase; empty when nobody is named. */
export function sayAssignees(list: unknown, speech: Speech, graph?: Graph): string {
  const said = records(list).map((item) => sayAssignee(item, speech, graph));
  return [...new Set(said)].filter(Boolean).join(speech.say("list.separator"));
}

function sayAssignee(item: Item, speech: Speech, graph?: Graph): string {
  const kind = typeof item["kind"] === "string" ? item["kind"] : "";
  if (kind === "") return "";
  return SAYINGS[kind]?.(item, speech, graph) ?? speech.say(`assign.${kind}`);
}

const sayNamed: Say = (item, speech) => {
  const kind = String(item["kind"]);
  const key = item[kind];
  return typeof key === "string" && key ? speech.nameOf(kind, key) : "";
};

const SAYINGS: Record<string, Say> = {
  user: sayNamed,
  group: sayNamed,
  role: (item, { say }) => {
    const key = `assign.roles.${String(item["role"])}`;
    const said = say(key);
    return said === key ? String(item["role"] ?? "") : said;
  },
  department_head: (item, { say }) => {
    const [level, levels] = [Number(item["level"] ?? 1), Number(item["levels"] ?? 1)];
    const who =
      levels > 1
        ? say("assign.department_heads", { first: level, last: level + levels - 1 })
        : say("assign.department_head", { level });
    const rule = item["heads"];
    return rule === "all" || rule === "present" ? say(`assign.heads.${rule}`, { who }) : who;
  },
  field: (item, { say, language }, graph) => {
    const name = String(item["variable"] ?? "");
    const variable = graph?.variables.find((one) => one.name === name);
    return say("assign.field", { name: textOf(variable?.label, language) || name });
  },
  expression: (item, speech, graph) => {
    const ruled = records(item["rules"]).flatMap((rule) => records(rule["to"]));
    const names = sayAssignees([...ruled, ...records(item["otherwise"])], speech, graph);
    return names ? speech.say("assign.rules", { names }) : speech.say("assign.expression");
  },
  requester_choice: (item, speech, graph) => {
    const names = sayAssignees(item["pool"], speech, graph);
    return names ? speech.say("assign.choice", { names }) : speech.say("assign.requester_choice");
  },
};
