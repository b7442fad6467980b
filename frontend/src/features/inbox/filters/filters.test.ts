import { expect, test } from "vitest";
import { NO_FILTERS, queryOf, readFilters, said, same } from "./filters";

test("an address is read into filters and said again without empty ones", () => {
  const filters = readFilters(new URLSearchParams("q=ORD&due=today&colour=red"));

  expect(filters).toEqual({ q: "ORD", flow: "", step: "", due: "today" });
  expect(said(filters, "todo")).toEqual({ q: "ORD", due: "today" });
  expect(said(filters, "done")).toEqual({ q: "ORD" });
  expect(readFilters(new URLSearchParams("due=soon"))).toEqual(NO_FILTERS);
});

test("today ends at midnight where the person is; what is late the server knows", () => {
  const now = new Date(2026, 0, 26, 15, 30);

  expect(queryOf({ ...NO_FILTERS, due: "today", flow: "refund" }, "todo", now)).toEqual({
    flow: "refund",
    due_before: new Date(2026, 0, 27).toISOString(),
  });
  expect(queryOf({ ...NO_FILTERS, due: "overdue" }, "todo", now)).toEqual({ due: "overdue" });
  expect(queryOf({ ...NO_FILTERS, due: "overdue" }, "started", now)).toEqual({});
});

test("filters are the same when all of them are", () => {
  expect(same({ ...NO_FILTERS, q: "a" }, { ...NO_FILTERS, q: "a" })).toBe(true);
  expect(same({ ...NO_FILTERS, q: "a" }, { ...NO_FILTERS, q: "a", step: "b" })).toBe(false);
});
