import { expect, test } from "vitest";
import { connect, rename, setBranch, setField, setVariables } from "./commands/configure";
import { addBranch } from "./commands/arrange";
import { apply, isRefusal, type Outcome } from "./commands/edit";
import { insertOnEdges } from "./commands/insert";
import { removeNode } from "./commands/remove";
import { diffGraphs } from "./diff";
import type { Graph } from "./document";
import { refundGraph } from "./graphs.fixture";
import { NODE_TYPES } from "./nodeTypes.fixture";

const TYPES = new Map(NODE_TYPES.map((info) => [info.type, info]));

function edited(...edits: ((document: { graph: Graph; layout: object }) => Outcome)[]): string[] {
  let document = { graph: refundGraph(), layout: {} };
  for (const edit of edits) {
    const outcome = edit(document);
    if (isRefusal(outcome)) throw new Error(outcome.refused);
    document = apply(document, outcome.operations);
  }
  return diffGraphs(refundGraph(), document.graph).map((line) =>
    `${line.sign} ${line.key} ${line.node ?? ""}`.trim(),
  );
}

test("the same graph, written with its keys in another order, is no change", () => {
  const shuffled = JSON.parse(
    JSON.stringify(refundGraph(), (_key, value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ),
  ) as Graph;

  expect(diffGraphs(refundGraph(), shuffled)).toEqual([]);
});

test("a changed condition is said with both texts", () => {
  const graph = refundGraph();
  const outcome = setBranch({ graph, layout: {} }, "small", "small", {
    when: "${refundAmount} < ${orderTotal} * 0.2",
  });
  if (isRefusal(outcome)) throw new Error(outcome.refused);

  const [line, ...more] = diffGraphs(graph, apply({ graph, layout: {} }, outcome.operations).graph);

  expect(more).toEqual([]);
  expect(line).toMatchObject({
    sign: "~",
    key: "diff.condition",
    node: "small",
    params: { from: "${refundAmount} < ${orderTotal} * 0.3", to: "${refundAmount} < ${orderTotal} * 0.2" },
  });
});

test("what a way out awaits is told when it changes", () => {
  const branch = { port: "came", name: { zh: "到货", en: "Came" }, on: "message", message: "shipped" };
  const graph = refundGraph();
  const drawn = (change: object) => ({
    ...graph,
    nodes: [
      ...graph.nodes,
      { id: "x", type: "event_choice", config: { branches: [{ ...branch, ...change }] } },
    ],
  });

  const lines = [{ key: "${orderNo}" }, { message: "sent" }, { on: "time", after: "PT1H" }, {}].map(
    (change) => diffGraphs(drawn({}), drawn(change)).map((line) => line.key),
  );

  expect(lines).toEqual([["diff.awaited"], ["diff.awaited"], ["diff.awaited"], []]);
});

test("what came, what went, what was renamed and where lines lead now", () => {
  const inserted = edited((document) =>
    insertOnEdges(document, ["e6"], TYPES.get("approval")!, { types: TYPES }),
  );

  expect(inserted).toHaveLength(1);
  expect(inserted[0]).toMatch(/^\+ diff.addedBetween n_/);
  expect(edited((document) => removeNode(document, "finance", TYPES))).toEqual(["- diff.removed"]);
  expect(edited((document) => rename(document, "ops", { zh: "终审", en: "Final" }))).toEqual([
    "~ diff.renamed ops",
  ]);
  expect(edited((document) => setField(document, "ops", "mode", "all"))).toEqual(["~ diff.setting ops"]);
  expect(edited((document) => connect(document, "finance", "rejected", "end", TYPES))).toEqual([
    "~ diff.rerouted finance",
  ]);
  expect(edited((document) => addBranch(document, "small", TYPES))).toEqual(["+ diff.branchAdded small"]);
  expect(edited((document) => setVariables(document, [{ name: "reason", type: "text" }]))).toEqual([
    "+ diff.variableAdded",
    "- diff.variableRemoved",
    "- diff.variableRemoved",
  ]);
});
