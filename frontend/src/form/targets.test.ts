import { expect, test } from "vitest";
import { headsRule, keyOfTarget, ofKind, targetOfKey, withHeadsRule, withKeys, withKind } from "./targets";

const KEYED: [string, Record<string, unknown>][] = [
  ["user:li", { kind: "user", user: "li" }],
  ["group:finance", { kind: "group", group: "finance" }],
  ["role:approver", { kind: "role", role: "approver" }],
  ["field:keeper", { kind: "field", variable: "keeper" }],
  ["requester:", { kind: "requester" }],
  ["department_head:2", { kind: "department_head", level: 2 }],
  ["department_head:1-3", { kind: "department_head", level: 1, levels: 3 }],
];

test.each(KEYED)("%s is one target, there and back", (key, target) => {
  expect(keyOfTarget(target)).toBe(key);
  expect(targetOfKey(key)).toEqual(target);
});

test("what has parts of its own, or a department, has no key and is kept when the chooser changes", () => {
  const choice = { kind: "requester_choice", variable: "keeper", pool: [] };
  const far = { kind: "department_head", level: 1, department: "d1" };
  expect([choice, far, {}, null].map(keyOfTarget)).toEqual([null, null, null, null]);

  const list = withKeys([choice, { kind: "user", user: "li" }, far], ["role:approver"]);

  expect(list).toEqual([choice, far, { kind: "role", role: "approver" }]);
});

test("rows of one kind are replaced and nothing else", () => {
  const user = { kind: "user", user: "li" };
  const before = [{ kind: "expression", rules: [] }, user];
  const after = { kind: "expression", rules: [{ when: "true", to: [user] }] };

  expect(ofKind(before, "expression")).toEqual([{ kind: "expression", rules: [] }]);
  expect(withKind(before, "expression", [after])).toEqual([user, after]);
  expect(withKind(before, "expression", [])).toEqual([user]);
});

test("what is said of several heads holds for all managers of a list, for new ones too, and is left out when it is usual", () => {
  const user = { kind: "user", user: "li" };
  const far = { kind: "department_head", level: 1, department: "d1" };
  expect([headsRule([user]), headsRule([user, far])]).toEqual([null, "first"]);

  const all = withHeadsRule([user, far], "all");
  expect(all).toEqual([user, { ...far, heads: "all" }]);
  expect(headsRule(all)).toBe("all");
  expect(withKeys(all, ["department_head:2"])).toEqual([
    { ...far, heads: "all" },
    { kind: "department_head", level: 2, heads: "all" },
  ]);
  expect(withHeadsRule(all, "first")).toEqual([user, far]);
});
