import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { FormSteps } from "./formSteps";
import { StepsWidget } from "./StepsWidget";

const STEPS = [
  { value: "finance", label: "财务复核" },
  { value: "wait", label: "等待" },
];

test("steps are chosen by their names, and one that is there no more is still to be seen", async () => {
  const onChange = vi.fn<(value: unknown) => void>();
  render(
    <FormSteps value={STEPS}>
      <StepsWidget id="x" schema={{}} value={["gone"]} onChange={onChange} problems={[]} />
    </FormSteps>,
  );
  expect(screen.getByText("gone")).toBeDefined();

  await userEvent.click(screen.getByRole("combobox"));
  await userEvent.click(await screen.findByText("财务复核"));

  expect(onChange).toHaveBeenLastCalledWith(["gone", "finance"]);
});
