import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { readThreshold, writeThreshold } from "@/graph/threshold";
import { ThresholdInput } from "./ThresholdInput";

test("a threshold is read and written without a change, and nothing else is one", () => {
  for (const text of ["3", "2/3", ">1/2", "1/1"]) expect(writeThreshold(readThreshold(text)!)).toBe(text);
  for (const text of ["", "0", "66%", "0/3", "1/0", "2/3/4", undefined])
    expect(readThreshold(text)).toBeNull();
});

test("a threshold is chosen by its two numbers", async () => {
  const said = vi.fn();
  function Field() {
    const [text, setText] = useState("2/3");
    return (
      <ThresholdInput
        label="同意需要"
        value={text}
        onChange={(next) => {
          said(next);
          setText(next);
        }}
      />
    );
  }
  render(<Field />);
  const parts = screen.getByRole("spinbutton", { name: "同意需要 · 分子" });

  await userEvent.clear(parts);
  await userEvent.type(parts, "3");
  const of = screen.getByRole("spinbutton", { name: "同意需要 · 分母" });
  await userEvent.clear(of);
  await userEvent.type(of, "4");

  expect(said).toHaveBeenLastCalledWith("3/4");
});
