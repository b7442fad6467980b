import { expect, test } from "vitest";
import { addBranch, reorderBranch } from "@/graph/commands/arrange";
import { rename } from "@/graph/commands/configure";
import { isRefusal } from "@/graph/commands/edit";
import { branchesOf, nodeOf } from "@/graph/document";
import { refundGraph } from "@/graph/graphs.fixture";
import { NODE_TYPES } from "@/graph/nodeTypes.fixture";
import { createEditorStore } from "./store";

const TYPES = new Map(NODE_TYPES.map((type) => [type.type, type]));

function opened() {
  return createEditorStore({ document: { graph: refundGraph(), layout: {} }, revision: 1, problems: [] });
}

test("doing a change of the panel again leaves the selection where it is", () => {
  const store = opened();
  store.getState().select("finance");
  store
    .getState()
    .run(rename(store.getState().document, "finance", { zh: "财务初审" }), { keepFocus: true, quiet: true });

  store.getState().undo();
  expect(store.getState().selected).toBe("finance");
  store.getState().redo();

  expect(nodeOf(store.getState().document.graph, "finance")?.name?.zh).toBe("财务初审");
  expect(store.getState().selected).toBe("finance");
});

test("a branch that changes its rank stays selected, and keeps the focus where it is", () => {
  const store = opened();
  const added = addBranch(store.getState().document, "small", TYPES);
  if (isRefusal(added)) throw new Error(added.refused);
  store.getState().run(added);
  const before = store.getState().focus;
  const port = branchesOf(nodeOf(store.getState().document.graph, "small")!)[1]!.port;

  store.getState().run(reorderBranch(store.getState().document, "small", port, -1));

  expect(branchesOf(nodeOf(store.getState().document.graph, "small")!)[0]?.port).toBe(port);
  expect(store.getState().selected).toBe(added.focus);
  expect(store.getState().focus).toEqual(before);
});
