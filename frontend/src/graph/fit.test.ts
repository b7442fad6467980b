import { expect, test } from "vitest";
import { readableScale, scrollLeftFor, shiftInto } from "./fit";

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

test("what is cut at an edge moves just inside; what fits or never could stays", () => {
  const room = { from: 100, to: 500 };

  expect(shiftInto({ from: 150, to: 450 }, room)).toBe(0);
  expect(shiftInto({ from: 60, to: 360 }, room)).toBe(40);
  expect(shiftInto({ from: 300, to: 530 }, room)).toBe(-30);
  expect(shiftInto({ from: 0, to: 401 }, room)).toBe(0);
});
