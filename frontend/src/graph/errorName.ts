/** What an exit of a failed step is called: by its name, or else by the codes that it takes. Pure. */
import { errorExitsOf, type GraphNode, textOf } from "./document";

interface Voice {
  language: string;
  say: (key: string, params?: Record<string, string | number>) => string;
}

export function errorName(node: GraphNode, port: string, voice: Voice): string {
  const exit = errorExitsOf(node.config).find((one) => one.port === port);
  const codes = Array.isArray(exit?.codes) ? exit.codes.join(voice.say("list.separator")) : "";
  const known = codes ? voice.say("port.errorOf", { codes }) : voice.say("port.error");
  return textOf(exit?.name, voice.language) || known;
}
