import { currentLanguage } from "@/i18n";
import { formatDateTime, formatFull } from "./dateFormat";

/** `MM-DD HH:mm`; the tooltip has the full date and the zone. */
export function DateTime({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time className="num" dateTime={at} title={formatFull(date, currentLanguage())}>
      {formatDateTime(date)}
    </time>
  );
}
