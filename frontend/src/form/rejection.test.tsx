import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { FormSteps } from "./formSteps";
import { RejectionWidget } from "./RejectionWidget";

const STEPS = [
  { value: "finance", label: "财务复核" },
  { value: "ops", label: "运营终审" },
];

test("a rejection leaves by its exit, or returns to a step and may come straight back", async () => {
  const said = vi.fn();
  function Panel() {
    const [value, setValue] = useState<unknown>(undefined);
    return (
      <FormSteps value={STEPS}>
        <label htmlFor="rule">驳回后</label>
        <RejectionWidget
          id="rule"
          schema={{}}
          problems={[]}
          value={value}
          onChange={(next) => {
            said(next);
            setValue(next);
          }}
        />
      </FormSteps>
    );
  }
  render(<Panel />);
  expect(screen.queryByRole("combobox", { name: "退回之后" })).toBeNull();

  await userEvent.click(screen.getByRole("combobox", { name: "驳回后" }));
  await userEvent.click(await screen.findByTitle("财务复核"));
  expect(said).toHaveBeenLastCalledWith({ to: "finance" });

  await userEvent.click(screen.getByRole("combobox", { name: "退回之后" }));
  await userEvent.click(await screen.findByTitle("处理完直接回到这一步"));
  expect(said).toHaveBeenLastCalledWith({ to: "finance", resume: "back" });

  await userEvent.click(screen.getByRole("combobox", { name: "驳回后" }));
  await userEvent.click(await screen.findByTitle("走「驳回」出口"));
  expect(said).toHaveBeenLastCalledWith(undefined);
});
