/** What a row shows of a task, taken from the facts of its subject. Pure. */
import type { FactValue, SubjectFact, Task } from "@/api/types";
import { formatMoney, isMoney } from "@/ui/moneyFormat";

export type Brief = {
  /** The money that is decided about. */
  amount: SubjectFact | null;
  /** What it is part of. */
  base: SubjectFact | null;
  ratio: string | null;
  reason: string | null;
  order: string | null;
};

function textOf(fact: SubjectFact | undefined): string | null {
  return typeof fact?.value === "string" && fact.value !== "" ? fact.value : null;
}

/** Money facts come in order of weight: first what is decided about, then what it is part of. */
export function briefOf(task: Pick<Task, "subject">): Brief {
  const facts = task.subject.facts;
  const money = facts.filter((fact) => isMoney(fact.value));
  const named = (ending: RegExp) => textOf(facts.find((fact) => ending.test(fact.key)));
  return {
    amount: money[0] ?? null,
    base: money[1] ?? null,
    ratio: named(/ratio$/i),
    reason: named(/reason$/i),
    order: named(/^orderNo$/),
  };
}

export function factText(value: FactValue): string {
  if (value === null || value === "") return "–";
  return isMoney(value) ? formatMoney(value) : String(value);
}
