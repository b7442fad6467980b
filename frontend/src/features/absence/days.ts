/** Days as date fields have them, and what the server wants to hear of them. */

const two = (number: number) => String(number).padStart(2, "0");

/** The day so many days after today, or after another, as `2026-01-26`. */
export function dayFrom(days: number, day?: string): string {
  const date = day === undefined ? new Date() : new Date(`${day}T12:00:00`);
  date.setDate(date.getDate() + days);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The instant at which this day begins here. */
export const beginOf = (day: string): string => new Date(`${day}T00:00:00`).toISOString();

export type Days = { first: string; last: string };

export const today = (): Days => ({ first: dayFrom(0), last: dayFrom(0) });
export const isInOrder = (days: Days): boolean =>
  days.first !== "" && days.last !== "" && days.first <= days.last;
