import { expect, test } from "vitest";
import { afterLeaving, neighbour, withHeld } from "./selection";
import { aTask } from "./tasks.fixture";

const [one, two, three] = [aTask(1), aTask(2), aTask(3)];

test("a held task stays at its place when the server no longer lists it", () => {
  expect(withHeld([one, three], { task: two, index: 1 })).toEqual([one, two, three]);
  expect(withHeld([], { task: two, index: 4 })).toEqual([two]);
  expect(withHeld([one, two], { task: two, index: 0 })).toEqual([one, two]);
});

test("the neighbour stops at both ends", () => {
  expect(neighbour([one, two], "task-1", 1)).toBe(two);
  expect(neighbour([one, two], "task-2", 1)).toBe(two);
  expect(neighbour([one, two], "task-1", -1)).toBe(one);
  expect(neighbour([one, two], null, 1)).toBe(one);
  expect(neighbour([], null, 1)).toBeNull();
});

test("after leaving comes the row below, else the one above, else nothing", () => {
  expect(afterLeaving([one, two, three], "task-2")).toBe(three);
  expect(afterLeaving([one, two], "task-2")).toBe(one);
  expect(afterLeaving([one], "task-1")).toBeNull();
});
