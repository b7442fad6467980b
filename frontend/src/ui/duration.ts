import type { TFunction } from "i18next";

/** `2 小时 10 分钟`, `18 min`: the two largest units, minutes as the smallest. Seconds are rounded down. */
export function formatDuration(seconds: number, t: TFunction<"ui">): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (minutes === 0) return t("duration.underMinute");
  const parts: string[] = [];
  if (days > 0) parts.push(t("duration.days", { count: days }));
  if (hours > 0) parts.push(t("duration.hours", { count: hours }));
  if (rest > 0 && days === 0) parts.push(t("duration.minutes", { count: rest }));
  return parts.join(" ");
}
