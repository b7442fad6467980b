import { expect, test } from "vitest";
import { valueOf, writtenOf } from "./givenValue";

test("typed values become what the contract says, and an empty field has no value", () => {
  expect(valueOf("money", " 58.00 ")).toEqual({ amount: "58.00", currency: "CNY" });
  expect(valueOf("money", "9", { amount: "1", currency: "USD" })).toEqual({ amount: "9", currency: "USD" });
  expect(valueOf("money", "")).toBeNull();
  expect(valueOf("boolean", "false")).toBe(false);
  expect(valueOf("list<text>", "a,b")).toEqual(["a", "b"]);
  expect(valueOf("datetime", "2026-01-26T01:00:00Z")).toBe("2026-01-26T01:00:00Z");
});

test("a value that is written and read again is the same", () => {
  const values: [string, unknown][] = [
    ["money", { amount: "0.10", currency: "CNY" }],
    ["decimal", "12345678901234567890.12"],
    ["text", "七天无理由"],
    ["boolean", true],
    ["date", "2026-02-14"],
    ["datetime", "2026-02-14T02:30:00.000Z"],
    ["list<text>", ["a", "b"]],
    ["text", null],
  ];
  for (const [type, value] of values) expect(valueOf(type, writtenOf(type, value), value)).toEqual(value);
});
