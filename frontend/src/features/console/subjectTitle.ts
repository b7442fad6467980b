/** The title of what a run is about, with money as people read it: `ORD1 · 58.00 CNY` → `ORD1 · ¥58.00`. */
import type { Instance } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { formatMoney } from "@/ui/moneyFormat";

const MONEY = /(-?\d+(?:\.\d+)?) ([A-Z]{3})\b/g;

export function withMoney(text: string): string {
  return text.replace(MONEY, (_all, amount: string, currency: string) => formatMoney({ amount, currency }));
}

export function useSubjectTitle(): (subject: Instance["subject"]) => string {
  const local = useLocal();
  return (subject) => withMoney(local(subject.title)) || subject.id;
}
