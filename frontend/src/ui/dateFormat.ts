/** Times as people of this product read them: 24 hours, short in the line, complete in the tooltip. */

const two = (value: number): string => String(value).padStart(2, "0");

/** `MM-DD HH:mm`; with the year when it is not this year. In the zone of the browser. */
export function formatDateTime(at: Date, now: Date = new Date()): string {
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const year = at.getFullYear() === now.getFullYear() ? "" : `${at.getFullYear()}-`;
  return `${year}${day} ${formatTime(at)}`;
}

export function formatTime(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Date, time with seconds and the name of the zone. */
export function formatFull(at: Date, language: string): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: "full",
    timeStyle: "long",
    hourCycle: "h23",
  }).format(at);
}
