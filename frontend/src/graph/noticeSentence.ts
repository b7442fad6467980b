/** What the card of a message to people says: whom it tells, by which ways, and what. Pure. */
import { type GraphNode, isRecord } from "./document";

export interface NoticeWords {
  language: string;
  say: (key: string, params?: Record<string, string>) => string;
  /** The people and groups that the drawing names, as one phrase. */
  named: string;
  variable: (name: string) => string;
  filled: (text: string) => string;
}

/** The sentence; null while nobody is named. */
export function noticeSentence({ config }: GraphNode, words: NoticeWords): string | null {
  const { say } = words;
  const people = [
    words.named,
    config["requester"] === true ? say("assign.requester") : "",
    text(config["variable"]) ? `{${words.variable(text(config["variable"]))}}` : "",
  ].filter(Boolean);
  const robots = (Array.isArray(config["robots"]) ? config["robots"].filter(isRecord) : [])
    .map((row) => text(row["connection"]))
    .filter(Boolean);
  const who = [...people, ...robots].join(say("list.separator"));
  if (!who) return null;
  const toPeople = [...(config["in_app"] === false ? [] : ["house"]), ...(config["mail"] ? ["mail"] : [])];
  const ways = [...(people.length > 0 ? toPeople : []), ...(robots.length > 0 ? ["robot"] : [])]
    .map((way) => say(`card.way.${way}`))
    .join(say("list.separator"));
  const said = say("card.notify", { who, ways });
  const titles = [text(config["title_zh"]), text(config["title_en"])];
  const what = words.filled((words.language === "en" ? titles.reverse() : titles).find(Boolean) ?? "");
  return what ? say("card.notifySaying", { said, what }) : said;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
