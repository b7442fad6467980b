/** The other steps of the flow whose step is being edited, for controls that let a person choose some of them. */
import { createContext, useContext } from "react";

export interface StepOption {
  value: string;
  label: string;
}

export const FormSteps = createContext<readonly StepOption[]>([]);

export function useFormSteps(): readonly StepOption[] {
  return useContext(FormSteps);
}
