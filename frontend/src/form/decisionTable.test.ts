import { expect, test } from "vitest";
import {
  addInput,
  addOutput,
  addRule,
  type DecisionTable,
  moveColumn,
  moveRule,
  removeColumn,
  removeRule,
  setCell,
  setOtherwise,
  tableOf,
} from "./decisionTable";

const TABLE: DecisionTable = {
  hit_policy: "first",
  inputs: [{ value: "${a}" }, { value: "${b}" }],
  outputs: [{ variable: "x", aggregation: "list" }],
  rules: [
    { when: ["1", "2"], then: ["'p'"] },
    { when: ["-", "3"], then: ["'q'"] },
  ],
  otherwise: ["'r'"],
};

test("a new column gets a cell in every row, also in the one below the rules", () => {
  const wider = addOutput(addInput(TABLE, "${c}"), "y");

  expect(wider.inputs.map((one) => one.value)).toEqual(["${a}", "${b}", "${c}"]);
  expect(wider.outputs.map((one) => one.variable)).toEqual(["x", "y"]);
  expect(wider.rules).toEqual([
    { when: ["1", "2", "-"], then: ["'p'", ""] },
    { when: ["-", "3", "-"], then: ["'q'", ""] },
  ]);
  expect(wider.otherwise).toEqual(["'r'", ""]);
});

test("a column takes its cells along when it moves or goes", () => {
  expect(moveColumn(TABLE, "inputs", 0, 1).rules.map((rule) => rule.when)).toEqual([
    ["2", "1"],
    ["3", "-"],
  ]);
  expect(removeColumn(TABLE, "inputs", 0)).toMatchObject({
    inputs: [{ value: "${b}" }],
    rules: [{ when: ["2"] }, { when: ["3"] }],
    otherwise: ["'r'"],
  });
  expect(removeColumn(TABLE, "outputs", 0)).toMatchObject({ outputs: [], otherwise: [] });
});

test("what is at the edge stays where it is", () => {
  expect(moveColumn(TABLE, "inputs", 1, 1)).toEqual(TABLE);
  expect(moveRule(TABLE, 0, -1)).toEqual(TABLE);
});

test("rules are added at the end, move and go; a cell is set in its row only", () => {
  expect(addRule(TABLE).rules.at(-1)).toEqual({ when: ["-", "-"], then: [""] });
  expect(moveRule(TABLE, 1, -1).rules).toEqual([TABLE.rules[1], TABLE.rules[0]]);
  expect(removeRule(TABLE, 0).rules).toEqual([TABLE.rules[1]]);
  expect(setCell(TABLE, 1, "inputs", 0, "> 5").rules[1]?.when).toEqual(["> 5", "3"]);
  expect(setCell(TABLE, "otherwise", "outputs", 0, "'s'").otherwise).toEqual(["'s'"]);
  expect(setOtherwise(TABLE, false).otherwise).toBeNull();
});

test("a draft that is no whole table is read as far as it goes", () => {
  expect(tableOf(undefined)).toEqual({
    hit_policy: "unique",
    inputs: [],
    outputs: [],
    rules: [],
    otherwise: null,
  });
  expect(tableOf({ ...TABLE, rules: [{ when: ["1"], then: ["'p'", "2"] }, 7] }).rules).toEqual([
    { when: ["1", "-"], then: ["'p'"] },
  ]);
  expect(tableOf(TABLE)).toEqual(TABLE);
});
