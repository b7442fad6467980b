/** The variables of the flow whose step is being edited, for controls that let a person choose or read them. */
import { createContext, useContext } from "react";
import type { Variable } from "@/graph/document";

export const FormVariables = createContext<readonly Variable[]>([]);

export function useFormVariables(): readonly Variable[] {
  return useContext(FormVariables);
}
