import { expect, test } from "vitest";
import { readableScale, scrollLeftFor } from "./fit";

const frame = { width: 800, height: 600 };

test("a drawing that fits is not enlarged", () => {
  expect(readableScale({ width: 400, height: 600 }, frame, 0.6)).toBe(1);
});

test("a drawing that is a little too tall becomes smaller as a whole", () => {
  expect(readableScale({ width: 400, height: 750 }, frame, 0.6)).toBe(0.8);
});

test("a drawing that would become unreadable keeps its width and is scrolled", () => {
  expect(readableScale({ width: 1000, height: 3000 }, frame, 0.6)).toBe(0.8);
});

test("a drawing that is a little too wide becomes small enough that no card is cut", () => {
  expect(readableScale({ width: 1400, height: 3000 }, frame, 0.6)).toBe(800 / 1400);
  expect(readableScale({ width: 4000, height: 3000 }, frame, 0.6)).toBe(0.5);
});

test("a card that is seen from the left edge on moves nothing out of sight; another comes to the middle", () => {
  expect(scrollLeftFor({ middle: 416, width: 240 }, 0.5, 356)).toBe(0);
  expect(scrollLeftFor({ middle: 900, width: 240 }, 0.5, 356)).toBe(450 - 178);
});
