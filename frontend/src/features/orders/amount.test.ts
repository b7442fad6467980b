import { expect, test } from "vitest";
import { compareAmounts, readAmount, troubleOf } from "./amount";

test.each([
  ["58", "58.00"],
  [" 58.5 ", "58.50"],
  ["¥1,058.50", "1058.50"],
  ["0007.10", "7.10"],
  ["58.005", null],
  ["-5", null],
  ["5e3", null],
  ["", null],
])("%s is read as %s", (typed, amount) => {
  expect(readAmount(typed)).toBe(amount);
});

test("amounts are compared exactly, also beyond what floating point holds", () => {
  expect(compareAmounts("199.00", "199")).toBe(0);
  expect(compareAmounts("9007199254740993.01", "9007199254740993.02")).toBe(-1);
  expect(compareAmounts("0.30", "0.1")).toBe(1);
});

test.each([
  ["", "missing"],
  ["abc", "malformed"],
  ["0.00", "zero"],
  ["137.01", "tooMuch"],
  ["137.00", null],
])("typing %s has the trouble %s", (typed, trouble) => {
  expect(troubleOf(typed, { amount: "137.00", currency: "CNY" })).toBe(trouble);
});
