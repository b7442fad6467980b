/** The title of what a run is about, with money as people read it: `ORD1 · 58.00 CNY` → `ORD1 · ¥58.00`. */
import type { Instance } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { withMoney } from "@/ui/moneyFormat";

export function useSubjectTitle(): (subject: Instance["subject"]) => string {
  const local = useLocal();
  return (subject) => withMoney(local(subject.title)) || subject.id;
}
