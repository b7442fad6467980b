/** The types that can be put into a flow, in the order in which people look for them. Pure. */
import type { NodeCategory, NodeTypeInfo } from "@/api/types";
import { refusesInsert } from "@/graph/commands/insert";
import type { NodeTypes } from "@/graph/commands/nodeKit";

export const CATEGORIES: readonly NodeCategory[] = ["approval", "control", "order", "data"];

/** Ways that part come before waiting; the rest keeps the server's order. */
function weight(type: NodeTypeInfo): number {
  const branching = type.ports.kind === "branches" ? (type.ports.otherwise ? 0 : 1) : 2;
  return CATEGORIES.indexOf(type.category) * 10 + branching;
}

export function offeredTypes(types: NodeTypes): NodeTypeInfo[] {
  return [...types.values()].filter((type) => !refusesInsert(type)).sort((a, b) => weight(a) - weight(b));
}
