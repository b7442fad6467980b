import type { DrawnText } from "@/api/documents";
import { useLocal } from "@/i18n/local";

/** A name in the language of the interface. */
export function LocalText({ text }: { text: DrawnText | string | null | undefined }) {
  return <>{useLocal()(text)}</>;
}
