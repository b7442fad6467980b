import { expect, test } from "vitest";
import { amountOf, durationOf } from "./durations";
import { refit } from "./operators";
import { type Sentence, sentenceOf, shiftPoint, textOfSentence } from "./sentence";

const reference = (...path: string[]) => ({ kind: "reference", path, type: "money", from: 0, to: 1 });
const decimal = (value: string) => ({ kind: "decimal", value });

test("a share of another field is said in percent and written as it was", () => {
  const ast = {
    kind: "compare",
    operator: "<",
    left: reference("refundAmount"),
    right: { kind: "calculate", operator: "*", left: reference("orderTotal"), right: decimal("0.3") },
  };

  const sentence = sentenceOf(ast);

  expect(sentence).toEqual({
    connective: "and",
    items: [
      { left: "refundAmount", operator: "<", right: { kind: "share", name: "orderTotal", percent: "30" } },
    ],
  });
  expect(textOfSentence(sentence as Sentence)).toBe("${refundAmount} < ${orderTotal} * 0.3");
});

test("groups keep their parentheses", () => {
  const is = (name: string, value: string) => ({
    kind: "compare",
    operator: "==",
    left: reference(name),
    right: { kind: "text", value },
  });
  const ast = {
    kind: "and",
    operands: [is("a", "x"), { kind: "or", operands: [is("b", "y"), is("c", "it's")] }],
  };

  expect(textOfSentence(sentenceOf(ast) as Sentence)).toBe(
    "${a} == 'x' and (${b} == 'y' or ${c} == 'it\\'s')",
  );
});

test("lists, emptiness, membership, booleans, amounts and sums can be said", () => {
  const cases: [unknown, string][] = [
    [
      {
        kind: "member",
        operator: "in",
        negated: true,
        left: reference("t"),
        right: { kind: "list", items: [{ kind: "text", value: "a" }] },
      },
      "${t} not in ['a']",
    ],
    [{ kind: "empty", negated: true, operand: reference("r", "f") }, "${r.f} is not empty"],
    [{ kind: "not", operand: reference("ok") }, "${ok} == false"],
    [
      {
        kind: "compare",
        operator: ">=",
        left: reference("m"),
        right: { kind: "money", value: { amount: "30.00", currency: "CNY" } },
      },
      "${m} >= 30.00 CNY",
    ],
    [
      {
        kind: "compare",
        operator: "<=",
        left: reference("d"),
        right: {
          kind: "calculate",
          operator: "+",
          left: reference("e"),
          right: { kind: "duration", value: "P7D" },
        },
      },
      "${d} <= ${e} + duration'P7D'",
    ],
    [
      {
        kind: "member",
        operator: "contains",
        negated: true,
        left: reference("t"),
        right: { kind: "text", value: "质量" },
      },
      "${t} not contains '质量'",
    ],
  ];
  for (const [ast, text] of cases) expect(textOfSentence(sentenceOf(ast) as Sentence)).toBe(text);
});

test("what has no sentence is null and never rewritten", () => {
  const division = { kind: "calculate", operator: "/", left: reference("a"), right: reference("b") };

  expect(sentenceOf({ kind: "compare", operator: "<", left: division, right: decimal("0.3") })).toBeNull();
  expect(sentenceOf({ kind: "not", operand: { kind: "and", operands: [] } })).toBeNull();
  expect(sentenceOf(null)).toBeNull();
});

test("unfinished rows are left out of the text", () => {
  const row = {
    left: "a",
    operator: "<" as const,
    right: { kind: "share" as const, name: "b", percent: "" },
  };

  expect(textOfSentence({ connective: "and", items: [row] })).toBe("");
});

test("the decimal point moves in the text, not in a float", () => {
  expect(shiftPoint("0.3", 2)).toBe("30");
  expect(shiftPoint("12.5", -2)).toBe("0.125");
  expect(shiftPoint("0.0725", 2)).toBe("7.25");
  expect(shiftPoint("7", -2)).toBe("0.07");
  expect(shiftPoint("150", -2)).toBe("1.5");
  expect(shiftPoint("1", 2)).toBe("100");
  for (let n = 0; n <= 1000; n += 1) expect(shiftPoint(shiftPoint(String(n), -2), 2)).toBe(String(n));
});

test("another variable keeps what still fits", () => {
  const variables = [
    { name: "m", type: "money" as const },
    { name: "n", type: "money" as const },
    { name: "t", type: "text" as const },
  ];
  const row = {
    left: "m",
    operator: "<" as const,
    right: { kind: "share" as const, name: "n", percent: "30" },
  };

  expect(refit(row, { left: "n" }, variables)).toEqual({ ...row, left: "n" });
  expect(refit(row, { left: "t" }, variables)).toEqual({
    left: "t",
    operator: "==",
    right: { kind: "value", value: { kind: "text", text: "" } },
  });
  expect(refit(row, { operator: "is empty" }, variables).right).toEqual({ kind: "none" });
});

test("durations keep the unit they were written in", () => {
  expect(amountOf("PT120M")).toEqual({ number: 120, unit: "minute" });
  expect(amountOf("PT2H")).toEqual({ number: 2, unit: "hour" });
  expect(amountOf("P1D")).toEqual({ number: 1, unit: "day" });
  expect(amountOf("P1DT1H")).toEqual({ number: 25, unit: "hour" });
  expect(amountOf("x")).toEqual({ number: null, unit: "minute" });
  for (const text of ["PT120M", "PT2H", "P1D"]) expect(durationOf(amountOf(text))).toBe(text);
});
