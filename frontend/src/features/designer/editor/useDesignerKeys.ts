/** The designer's shortcuts, from the one list of commands; typing in a field keeps its own keys. */
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/types";
import type { NodeTypes } from "@/graph/commands/nodeKit";
import { App } from "antd";
import { type Shortcut, useShortcuts } from "@/ui/shortcuts";
import { COMMANDS } from "./commandList";
import { placeOfProblem } from "./problemCounts";
import type { EditorStore } from "./store";

interface DesignerKeys {
  store: EditorStore;
  types: NodeTypes;
  saveNow: () => Promise<boolean>;
  publish: () => void;
  toggleMinimap: () => void;
}

export function useDesignerKeys({ store, types, saveNow, publish, toggleMinimap }: DesignerKeys): void {
  const { t } = useTranslation("designer");
  const { message } = App.useApp();
  const save = async (): Promise<void> => {
    if (await saveNow()) void message.success({ content: t("save.done"), key: "designer", duration: 2 });
  };
  const commands = COMMANDS.map((one): Shortcut => ({
    keys: one.keys,
    label: t(`command.${one.key}`),
    run: () => one.run(store.getState(), types),
    ...(one.key === "undo" || one.key === "redo" ? {} : { where: onDrawing }),
  }));
  useShortcuts(t("title"), [
    ...commands,
    { keys: ["mod+s"], label: t("command.save"), whileTyping: true, run: () => void save() },
    { keys: ["mod+shift+Enter"], label: t("command.publish"), whileTyping: true, run: publish },
    { keys: ["F8"], label: t("command.nextProblem"), whileTyping: true, run: () => visitProblem(store, 1) },
    {
      keys: ["shift+F8"],
      label: t("command.previousProblem"),
      whileTyping: true,
      run: () => visitProblem(store, -1),
    },
    { keys: ["F2"], label: t("command.rename"), run: () => renameSelected() },
    { keys: ["m"], label: t("command.minimap"), run: toggleMinimap },
  ]);
}

/** Keys that change the selected step work where the step is seen: on the drawing and in the outline. */
export function onDrawing(): boolean {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return true;
  return focused.closest(".react-flow, [role=tree]") !== null || focused.id === "main";
}

function renameSelected(): void {
  const field = document.querySelector<HTMLInputElement>("[data-field^='name-'] input");
  field?.focus();
  field?.select();
}

function visitProblem(store: EditorStore, by: 1 | -1): void {
  const { problems, document, selected, showProblem } = store.getState();
  const first = new Map<string, Problem>();
  for (const problem of problems) {
    const place = placeOfProblem(problem, document.graph);
    if (place !== null && !first.has(place)) first.set(place, problem);
  }
  const places = [...first.keys()];
  if (places.length === 0) return;
  const at = selected === null ? -1 : places.indexOf(selected);
  const next = places[at < 0 ? (by > 0 ? 0 : places.length - 1) : (at + by + places.length) % places.length];
  const problem = next === undefined ? undefined : first.get(next);
  if (problem && next !== undefined) showProblem(problem, next);
}
