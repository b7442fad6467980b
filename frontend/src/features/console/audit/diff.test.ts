import { expect, test } from "vitest";
import { changesOf } from "./diff";

const nameOf = (name: unknown) => (name as { zh: string }).zh;

test("only what both states record and what differs is a change", () => {
  const before = { status: "running", nodes: ["finance"], version: 2 };
  const after = { status: "running", nodes: ["ops"], target: "ops" };

  expect(changesOf(before, after, nameOf)).toEqual([{ field: "nodes", before: "finance", after: "ops" }]);
});

test("people and groups are called by their names", () => {
  const before = { candidates: [{ kind: "group", key: "finance", name: { zh: "财务组" } }] };
  const after = { candidates: [{ kind: "group", key: "backup", name: { zh: "备选组" } }] };

  expect(changesOf(before, after, nameOf)).toEqual([
    { field: "candidates", before: "财务组", after: "备选组" },
  ]);
});

test("a state that appears is all new", () => {
  expect(changesOf(null, { status: "running" }, nameOf)).toEqual([
    { field: "status", before: null, after: "running" },
  ]);
  expect(changesOf(null, null, nameOf)).toEqual([]);
});
