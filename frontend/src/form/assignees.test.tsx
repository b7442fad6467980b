import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { type ReactElement, useState } from "react";
import { expect, test } from "vitest";
import { server } from "@/test/server";
import { AssigneesWidget } from "./AssigneesWidget";
import { FormVariables } from "./formVariables";

const SCHEMA = {
  ui: {
    widget: "assignees",
    options: ["role", "field", "requester", "expression", "requester_choice"].map((value) => ({
      value,
      label: { zh: value, en: value },
    })),
  },
};

function shown(schema: Record<string, unknown>): { list: () => unknown } {
  server.use(
    http.get("*/groups", () =>
      HttpResponse.json({
        results: [{ key: "finance", name: { zh: "财务部", en: "Finance" }, calendar: null, members: [] }],
      }),
    ),
    http.get("*/people", () => HttpResponse.json({ results: [], next: null })),
  );
  let list: unknown = [];
  function Form(): ReactElement {
    const [value, setValue] = useState<unknown>([]);
    list = value;
    return (
      <FormVariables.Provider
        value={[
          { name: "keeper", type: "text", label: { zh: "负责人", en: "Keeper" } },
          { name: "amount", type: "money", label: { zh: "金额", en: "Amount" } },
        ]}
      >
        <AssigneesWidget id="assign" schema={schema} value={value} onChange={setValue} problems={[]} />
      </FormVariables.Provider>
    );
  }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Form />
    </QueryClientProvider>,
  );
  return { list: () => list };
}

test("a role, a chain of managers and a field that may hold names are chosen in the list", async () => {
  const form = shown(SCHEMA);
  await userEvent.click(screen.getByRole("combobox"));
  await userEvent.type(screen.getByRole("combobox"), "逐级到第 3");
  await userEvent.click(await screen.findByTitle("逐级到第 3 级主管"));
  const [chooser] = screen.getAllByRole("combobox");
  if (!chooser) throw new Error("Expected the chooser, found none.");
  await userEvent.type(chooser, "负责人");
  await userEvent.click(await screen.findByTitle("负责人"));

  expect(form.list()).toEqual([
    { kind: "department_head", level: 1, levels: 3 },
    { kind: "field", variable: "keeper" },
  ]);
});

test("who counts of several heads is asked where a manager is named, and nowhere else", async () => {
  const form = shown(SCHEMA);
  expect(screen.queryByText("部门有多位负责人时")).toBeNull();
  await userEvent.click(screen.getByRole("combobox"));
  await userEvent.click(await screen.findByTitle("第 1 级主管"));

  await userEvent.click(screen.getByRole("combobox", { name: "部门有多位负责人时" }));
  await userEvent.click(await screen.findByTitle("全部列为审批人"));

  expect(form.list()).toEqual([{ kind: "department_head", level: 1, heads: "all" }]);
});

test("the requester chooses out of a pool, and the choice is kept in a field of texts", async () => {
  const form = shown(SCHEMA);
  await userEvent.click(screen.getByRole("button", { name: "由申请人自选审批人" }));
  const row = within(screen.getByRole("group", { name: "申请人自选 1" }));
  await userEvent.click(row.getByRole("combobox", { name: "可选范围" }));
  await userEvent.click(await screen.findByTitle("财务部"));
  await userEvent.click(row.getByRole("combobox", { name: "存入字段" }));
  await userEvent.click(await screen.findByTitle("负责人"));

  expect(screen.queryByTitle("金额")).toBeNull();
  expect(form.list()).toEqual([
    { kind: "requester_choice", variable: "keeper", pool: [{ kind: "group", group: "finance" }], most: 1 },
  ]);
});

test("where nothing but people, groups and managers may be named, nothing else is offered", () => {
  shown({ ui: { widget: "assignees" } });

  expect(screen.queryByRole("button", { name: "由申请人自选审批人" })).toBeNull();
  expect(screen.queryByRole("button", { name: "按条件指定审批人" })).toBeNull();
});
