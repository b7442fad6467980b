import i18next from "i18next";
import { expect, test } from "vitest";
import { setLanguage } from "@/i18n";
import { formatDateTime } from "./dateFormat";
import { formatDuration } from "./duration";
import { formatMoney, shareOf } from "./moneyFormat";

const cny = (amount: string) => ({ amount, currency: "CNY" });

test.each([
  ["1280", "¥1,280.00"],
  ["58.5", "¥58.50"],
  ["-0.01", "-¥0.01"],
  ["12345678901234567890.99", "¥12,345,678,901,234,567,890.99"],
  ["0.005", "¥0.005"],
])("money %s reads %s", (amount, text) => {
  expect(formatMoney(cny(amount))).toBe(text);
});

test("an unknown currency is named", () => {
  expect(formatMoney({ amount: "5.00", currency: "XAF" })).toBe("XAF 5.00");
});

test("a share needs one currency and a whole above zero", () => {
  expect(shareOf(cny("58.00"), cny("199.00"))).toBe("29.1%");
  expect(shareOf(cny("58.00"), cny("0.00"))).toBeNull();
  expect(shareOf(cny("58.00"), { amount: "1.00", currency: "USD" })).toBeNull();
});

test("times are short, and carry the year when it is another one", () => {
  const now = new Date(2026, 0, 26, 12, 0);

  expect(formatDateTime(new Date(2026, 0, 5, 9, 7), now)).toBe("01-05 09:07");
  expect(formatDateTime(new Date(2025, 11, 31, 23, 59), now)).toBe("2025-12-31 23:59");
});

test("durations name their two largest units in both languages", async () => {
  const t = i18next.getFixedT("zh-CN", "ui");
  expect(formatDuration(7800, t)).toBe("2 小时 10 分钟");
  expect(formatDuration(59, t)).toBe("不到 1 分钟");
  expect(formatDuration(90_000, t)).toBe("1 天 1 小时");

  await setLanguage("en");
  expect(formatDuration(7800, i18next.getFixedT("en", "ui"))).toBe("2 h 10 min");
});
