/** The lines of "what will happen": which sentence, how loud, and about which money. Pure. */
import type { InterventionEffect, InterventionPreview, MoneyValue } from "@/api/types";
import { isMoney } from "@/ui/moneyFormat";
import type { Run } from "../api/instance";

export type EffectLine = {
  id: string;
  key: string;
  node: string | null;
  tone: "calm" | "warning" | "danger";
  money: MoneyValue | null;
  due: string | null;
};

/** The node type whose effect is the refund that the flow is about. */
const REFUND_TYPE = "orders.refund";

function moneyOf(effect: InterventionEffect, run: Run): MoneyValue | null {
  const node = run.graph.nodes.find((one) => one.id === effect.node);
  const asked = run.variables["refundAmount"];
  return node?.type === REFUND_TYPE && isMoney(asked) ? asked : null;
}

function lineOf(effect: InterventionEffect, run: Run): Omit<EffectLine, "id"> {
  const { node, params } = effect;
  const due = params.due_at ?? null;
  const plain = { key: effect.kind, node, tone: "calm" as const, money: null, due };
  switch (effect.kind) {
    case "runs_effect":
      return { ...plain, tone: "danger", money: moneyOf(effect, run) };
    case "skips_node":
      return params.effect ? { ...plain, key: "skips_effect", tone: "warning" } : plain;
    case "enters_node":
      return due ? { ...plain, key: "enters_node_due" } : plain;
    case "ends_instance":
      return { ...plain, key: `ends_${String(params.status)}`, tone: "warning" };
    default:
      return plain;
  }
}

export function linesOf(preview: InterventionPreview, run: Run): EffectLine[] {
  return preview.effects.map((effect, index) => ({ ...lineOf(effect, run), id: `${index} ${effect.kind}` }));
}

export function movesMoney(preview: InterventionPreview | undefined): boolean {
  return preview?.effects.some((effect) => effect.kind === "runs_effect") ?? false;
}
