/** One of the flow's variables by the name that people read; those in `taken` are not offered. */
import { Select } from "antd";
import type { ReactElement } from "react";
import { useVariableOptions } from "./formVariables";
import { FULL } from "./sizes";

export function VariableSelect(props: {
  label: string;
  value: string;
  taken: ReadonlySet<string>;
  isWrong?: boolean;
  onChange: (variable: string) => void;
}): ReactElement {
  const options = useVariableOptions().filter(
    (one) => one.value === props.value || !props.taken.has(one.value),
  );
  return (
    <Select
      aria-label={props.label}
      size="small"
      style={FULL}
      showSearch={{ optionFilterProp: "label" }}
      status={props.isWrong ? "error" : ""}
      allowClear
      value={props.value || null}
      options={options}
      onChange={(name: string | undefined) => props.onChange(name ?? "")}
    />
  );
}
