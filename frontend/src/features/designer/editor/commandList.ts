/** What can be done to the selected thing: one list read by the toolbar, the menus and the keys. */
import {
  addBranch,
  copyOf,
  type Fragment,
  moveStep,
  pasteAfter,
  reorderBranch,
} from "@/graph/commands/arrange";
import { isRefusal, type Outcome, refuse } from "@/graph/commands/edit";
import { disconnect } from "@/graph/commands/configure";
import type { NodeTypes } from "@/graph/commands/nodeKit";
import { removeBranch, removeNode } from "@/graph/commands/remove";
import { branchesOf, edgeOf, nodeOf } from "@/graph/document";
import { stopOf } from "@/graph/navigation";
import type { EditorActions, EditorState } from "./store";

export type Editor = EditorState & EditorActions;

export type CommandKey =
  | "undo"
  | "redo"
  | "moveUp"
  | "moveDown"
  | "branchEarlier"
  | "branchLater"
  | "addBranch"
  | "copy"
  | "cut"
  | "paste"
  | "duplicate"
  | "remove";

export interface Command {
  key: CommandKey;
  /** As the shortcut sheet writes them. */
  keys: string[];
  enabled: (editor: Editor, types: NodeTypes) => boolean;
  run: (editor: Editor, types: NodeTypes) => void;
}

let clipboard: Fragment | null = null;

function node(editor: Editor) {
  return editor.selected === null ? undefined : nodeOf(editor.document.graph, editor.selected);
}

function branch(editor: Editor): { gateway: string; port: string } | null {
  const stop = editor.selected === null ? undefined : stopOf(editor.document.graph, editor.selected);
  const edge =
    stop?.kind === "branch" && stop.edge !== null ? edgeOf(editor.document.graph, stop.edge) : undefined;
  return edge ? { gateway: edge.from, port: edge.port } : null;
}

function onNode(
  make: (editor: Editor, id: string, types: NodeTypes) => Outcome,
): Pick<Command, "enabled" | "run"> {
  const outcome = (editor: Editor, types: NodeTypes): Outcome => {
    const found = node(editor);
    return found ? make(editor, found.id, types) : refuse("noPlace");
  };
  return {
    enabled: (editor, types) => !isRefusal(outcome(editor, types)),
    run: (editor, types) => void editor.run(outcome(editor, types)),
  };
}

function onBranch(by: -1 | 1): Pick<Command, "enabled" | "run"> {
  const outcome = (editor: Editor): Outcome => {
    const found = branch(editor);
    return found ? reorderBranch(editor.document, found.gateway, found.port, by) : refuse("noPlace");
  };
  return {
    enabled: (editor) => !isRefusal(outcome(editor)),
    run: (editor) => void editor.run(outcome(editor)),
  };
}

function removeSelected(editor: Editor, types: NodeTypes): Outcome {
  const found = node(editor);
  if (found) return removeNode(editor.document, found.id, types);
  const way = branch(editor);
  if (way) return removeBranch(editor.document, way.gateway, way.port, types);
  const stop = editor.selected === null ? undefined : stopOf(editor.document.graph, editor.selected);
  return stop?.kind === "jump" && stop.edge !== null
    ? disconnect(editor.document, stop.edge)
    : refuse("noPlace");
}

function growBranches(editor: Editor, types: NodeTypes): Outcome {
  const found = node(editor);
  const gateway = found && branchesOf(found).length > 0 ? found.id : branch(editor)?.gateway;
  return gateway === undefined ? refuse("noBranches") : addBranch(editor.document, gateway, types);
}

function paste(editor: Editor, types: NodeTypes): Outcome {
  const found = node(editor);
  return found && clipboard
    ? pasteAfter(editor.document, found.id, clipboard, types)
    : refuse("nothingToPaste");
}

export const COMMANDS: readonly Command[] = [
  {
    key: "undo",
    keys: ["mod+z"],
    enabled: (editor) => editor.history.done.length > 0,
    run: (editor) => editor.undo(),
  },
  {
    key: "redo",
    keys: ["mod+shift+z", "mod+y"],
    enabled: (editor) => editor.history.undone.length > 0,
    run: (editor) => editor.redo(),
  },
  {
    key: "moveUp",
    keys: ["alt+ArrowUp"],
    ...onNode((editor, id, types) => moveStep(editor.document, id, -1, types)),
  },
  {
    key: "moveDown",
    keys: ["alt+ArrowDown"],
    ...onNode((editor, id, types) => moveStep(editor.document, id, 1, types)),
  },
  { key: "branchEarlier", keys: ["alt+ArrowLeft"], ...onBranch(-1) },
  { key: "branchLater", keys: ["alt+ArrowRight"], ...onBranch(1) },
  {
    key: "addBranch",
    keys: ["b"],
    enabled: (editor, types) => !isRefusal(growBranches(editor, types)),
    run: (editor, types) => void editor.run(growBranches(editor, types)),
  },
  {
    key: "copy",
    keys: ["mod+c"],
    enabled: (editor, types) => copied(editor, types) !== null,
    run: (editor, types) => {
      clipboard = copied(editor, types) ?? clipboard;
    },
  },
  {
    key: "cut",
    keys: ["mod+x"],
    enabled: (editor, types) => copied(editor, types) !== null,
    run: (editor, types) => {
      clipboard = copied(editor, types) ?? clipboard;
      editor.run(removeSelected(editor, types));
    },
  },
  {
    key: "paste",
    keys: ["mod+v"],
    enabled: (editor, types) => !isRefusal(paste(editor, types)),
    run: (editor, types) => void editor.run(paste(editor, types)),
  },
  {
    key: "duplicate",
    keys: ["mod+d"],
    ...onNode((editor, id, types) => {
      const fragment = copyOf(editor.document.graph, id, types);
      return fragment ? pasteAfter(editor.document, id, fragment, types) : refuse("noPlace");
    }),
  },
  {
    key: "remove",
    keys: ["Delete", "Backspace"],
    enabled: (editor, types) => !isRefusal(removeSelected(editor, types)),
    run: (editor, types) => void editor.run(removeSelected(editor, types)),
  },
];

function copied(editor: Editor, types: NodeTypes): Fragment | null {
  const found = node(editor);
  return found ? copyOf(editor.document.graph, found.id, types) : null;
}

export function commandOf(key: CommandKey): Command {
  const found = COMMANDS.find((one) => one.key === key);
  if (!found) throw new Error(`There is no command ${key}.`);
  return found;
}
