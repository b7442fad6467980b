/** A new trigger brings its variables: those that are missing are declared, nothing that stands is touched. */
import { useTriggers } from "@/form/catalogueWidgets";
import { setVariables } from "@/graph/commands/configure";
import { useEditor } from "./editorContext";

export function useTriggerVariables(): (trigger: unknown) => void {
  const { store } = useEditor();
  const triggers = useTriggers().data?.results ?? [];
  return (trigger) => {
    const found = triggers.find((one) => one.key === trigger);
    const { document, run } = store.getState();
    const known = new Set(document.graph.variables.map((one) => one.name));
    const missing = found?.variables.filter((one) => !known.has(one.name)) ?? [];
    if (missing.length > 0)
      run(setVariables(document, [...document.graph.variables, ...missing]), { keepFocus: true });
  };
}
