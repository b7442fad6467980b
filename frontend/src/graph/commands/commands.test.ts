import { expect, test } from "vitest";
import type { NodeTypeInfo } from "@/api/types";
import { blockTree } from "../blocks";
import {
  branchesOf,
  type FlowDocument,
  freshId,
  type Graph,
  indexOf,
  nodeOf,
  outgoing,
  reachable,
  startOf,
} from "../document";
import { refundGraph, seeded } from "../graphs.fixture";
import { NODE_TYPES } from "../nodeTypes.fixture";
import {
  addBranch,
  arrangeAll,
  copyOf,
  moveBlock,
  moveStep,
  pasteAfter,
  reorderBranch,
  setOffset,
} from "./arrange";
import {
  connect,
  connectToEnd,
  disconnect,
  rename,
  setBranch,
  setField,
  setRounds,
  setVariables,
} from "./configure";
import { apply, Edit, type Change, invert, isRefusal, type Outcome } from "./edit";
import { EMPTY_HISTORY, perform, redo, undo } from "./history";
import { followingSteps, insertAfter, insertBefore, insertOnEdges, wrapInCondition } from "./insert";
import { hasPlainCycle } from "./places";
import { removeBranch, removeNode } from "./remove";

const TYPES = new Map(NODE_TYPES.map((info) => [info.type, info]));

function info(type: string): NodeTypeInfo {
  const found = TYPES.get(type);
  if (!found) throw new Error(`no type ${type}`);
  return found;
}

function flow(): FlowDocument {
  return { graph: refundGraph(), layout: {} };
}

function change(outcome: Outcome): Change {
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.refused}`);
  return outcome;
}

function after(document: FlowDocument, outcome: Outcome): Graph {
  return apply(document, change(outcome).operations).graph;
}

function lines(graph: Graph): string[] {
  return graph.edges.map((edge) => `${edge.from}.${edge.port}>${edge.to}`);
}

test("an approval put on a line takes over the flow and rejects to where the others do", () => {
  const document = flow();

  const outcome = change(insertOnEdges(document, ["e6"], info("approval"), { types: TYPES }));
  const graph = apply(document, outcome.operations).graph;

  const added = outcome.focus ?? "";
  expect(
    lines(graph)
      .filter((line) => line.includes(added))
      .sort(),
  ).toEqual([`${added}.approved>refund`, `${added}.rejected>reject`, `ops.approved>${added}`].sort());
  expect(outcome.said.key).toBe("insert");
  expect(hasPlainCycle(graph)).toBe(false);
});

test("an approval on the way to the shared rejection rejects to the end, not into a circle", () => {
  const document = flow();

  const outcome = change(insertOnEdges(document, ["e9"], info("approval"), { types: TYPES }));
  const graph = apply(document, outcome.operations).graph;

  expect(outgoing(graph, outcome.focus ?? "").map((edge) => edge.to)).toEqual(["end", "end"]);
});

test("a condition keeps what follows behind its branches unless asked to take it in", () => {
  const document = flow();

  const behind = after(document, insertOnEdges(document, ["e1"], info("exclusive"), { types: TYPES }));
  const inside = after(
    document,
    insertOnEdges(document, ["e1"], info("exclusive"), { types: TYPES, following: "inside" }),
  );

  const [first] = behind.nodes.filter((node) => !nodeOf(document.graph, node.id));
  const [second] = inside.nodes.filter((node) => !nodeOf(document.graph, node.id));
  expect(outgoing(behind, first?.id ?? "").map((edge) => edge.to)).toEqual(["small", "small"]);
  expect(outgoing(inside, second?.id ?? "").map((edge) => edge.to)).toEqual(["small", "end"]);
  expect(followingSteps(document, ["e1"])).toBe(5);
  expect(followingSteps(document, ["e8"])).toBe(0);
  expect(followingSteps(document, ["e4"])).toBe(0);
});

test("an exit can lead to a new end, of everything too", () => {
  const document = flow();

  const graph = after(document, connectToEnd(document, "ops", "rejected", info("terminate")));

  const end = graph.nodes.find((node) => node.type === "terminate");
  expect(outgoing(graph, "ops").find((edge) => edge.port === "rejected")?.to).toBe(end?.id);
  expect(end?.name).toEqual({ zh: "全部结束", en: "End everything" });
  expect(connectToEnd(document, "ops", "rejected", info("delay"))).toEqual({
    refused: "noPlace",
    params: {},
  });
});

test("a fork brings its join", () => {
  const document = flow();

  const graph = after(document, insertOnEdges(document, ["e8"], info("parallel"), { types: TYPES }));

  const [fork, join] = graph.nodes.filter((node) => node.type === "parallel");
  expect(outgoing(graph, fork?.id ?? "").map((edge) => edge.to)).toEqual([join?.id, join?.id]);
  expect(outgoing(graph, join?.id ?? "").map((edge) => edge.to)).toEqual(["end"]);
  expect(join?.config).toEqual({ branches: [] });
});

test("an inclusive condition brings its join, to which all of its ways lead", () => {
  const document = flow();

  const graph = after(document, insertOnEdges(document, ["e8"], info("inclusive"), { types: TYPES }));

  const [fork, join] = graph.nodes.filter((node) => node.type === "inclusive");
  const ways = outgoing(graph, fork?.id ?? "");
  expect(ways.map((edge) => edge.to)).toEqual([join?.id, join?.id, join?.id]);
  expect(ways.at(-1)?.port).toBe("otherwise");
  expect(fork ? branchesOf(fork).map((branch) => branch.when) : []).toEqual(["", ""]);
  expect(outgoing(graph, join?.id ?? "").map((edge) => [edge.port, edge.to])).toEqual([["out", "end"]]);
});

test("insert before and after", () => {
  const document = flow();

  const before = after(document, insertBefore(document, "ops", info("delay"), { types: TYPES }));
  const behind = after(document, insertAfter(document, "small", info("delay"), { types: TYPES }));

  const added = before.nodes.find((node) => node.type === "delay")?.id ?? "";
  expect(lines(before)).toContain(`small.small>${added}`);
  expect(lines(before)).toContain(`finance.approved>${added}`);
  const other = behind.nodes.find((node) => node.type === "delay")?.id ?? "";
  expect(lines(behind)).toContain(`finance.approved>${other}`);
  expect(lines(behind)).toContain(`${other}.out>ops`);
});

test("what may not be put in says why and changes nothing", () => {
  const document = flow();

  expect(insertOnEdges(document, ["e1"], info("end"), { types: TYPES })).toEqual({
    refused: "endInside",
    params: {},
  });
  expect(insertAfter(document, "end", info("delay"), { types: TYPES })).toEqual({
    refused: "afterEnd",
    params: {},
  });
  expect(insertBefore(document, "start", info("delay"), { types: TYPES })).toEqual({
    refused: "beforeStart",
    params: {},
  });
  expect(removeNode(document, "start", TYPES)).toEqual({ refused: "removeStart", params: {} });
  expect(removeNode(document, "end", TYPES)).toEqual({ refused: "removeEnd", params: {} });
  expect(document).toEqual(flow());
});

test("removing a step heals the line and takes along what only it led to", () => {
  const document = flow();

  const one = after(document, removeNode(document, "finance", TYPES));
  const condition = after(document, removeNode(document, "small", TYPES));
  const both = after({ graph: one, layout: {} }, removeNode({ graph: one, layout: {} }, "ops", TYPES));

  expect(lines(one)).toContain("small.otherwise>ops");
  expect(nodeOf(one, "reject")).toBeDefined();
  expect(condition.nodes.map((node) => node.id)).toEqual(["start", "ops", "refund", "reject", "end"]);
  expect(lines(condition)).toContain("start.out>ops");
  expect(nodeOf(both, "reject")).toBeUndefined();
});

test("removing a fork removes its join too", () => {
  const document = flow();
  const forked = {
    graph: after(document, insertOnEdges(document, ["e8"], info("parallel"), { types: TYPES })),
    layout: {},
  };
  const fork = forked.graph.nodes.find((node) => branchesOf(node).length === 2)?.id ?? "";

  const graph = after(forked, removeNode(forked, fork, TYPES));

  expect(graph.nodes.filter((node) => node.type === "parallel")).toEqual([]);
  expect(lines(graph)).toContain("refund.out>end");
});

test("a step moves with its exits, a condition with its branches", () => {
  const document = flow();

  const up = after(document, moveStep(document, "ops", -1, TYPES));
  const block = after(document, moveBlock(document, "small", ["e8"], TYPES));

  expect(lines(up)).toContain("start.out>ops");
  expect(lines(up)).toContain("ops.approved>small");
  expect(lines(up)).toContain("finance.approved>refund");
  expect(lines(block)).toContain("start.out>ops");
  expect(lines(block)).toContain("refund.out>small");
  expect(lines(block)).toContain("finance.approved>end");
  expect(moveStep(document, "small", -1, TYPES)).toEqual({ refused: "lineEnds", params: {} });
});

test("branches are added, ordered, named and removed", () => {
  const document = flow();
  const added = { graph: after(document, addBranch(document, "small", TYPES)), layout: {} };
  const [, second] = branchesOf(nodeOf(added.graph, "small")!);

  const reordered = after(added, reorderBranch(added, "small", second?.port ?? "", -1));
  const named = after(added, setBranch(added, "small", second?.port ?? "", { when: "true" }));
  const removed = after(added, removeBranch(added, "small", second?.port ?? "", TYPES));

  expect(outgoing(added.graph, "small").map((edge) => edge.to)).toEqual(["ops", "ops", "finance"]);
  expect(branchesOf(nodeOf(reordered, "small")!).map((branch) => branch.port)).toEqual([
    second?.port,
    "small",
  ]);
  expect(branchesOf(nodeOf(named, "small")!)[1]).toEqual({ ...second, when: "true" });
  expect(removed).toEqual(document.graph);
  expect(removeBranch(document, "small", "small", TYPES)).toEqual({ refused: "lastBranch", params: {} });
  expect(removeBranch(document, "small", "otherwise", TYPES)).toEqual({
    refused: "removeOtherwise",
    params: {},
  });
});

test("a line that closes a circle becomes a line back with a limit", () => {
  const document = flow();

  const graph = after(document, connect(document, "ops", "rejected", "finance", TYPES));

  expect(outgoing(graph, "ops")[1]).toEqual({
    id: "e7",
    from: "ops",
    port: "rejected",
    to: "finance",
    kind: "back",
    max_rounds: 3,
  });
  expect(
    after({ graph, layout: {} }, setRounds({ graph, layout: {} }, "e7", 5)).edges.find(
      (edge) => edge.id === "e7",
    )?.max_rounds,
  ).toBe(5);
});

test("a copy gets new ids and stands behind the step", () => {
  const document = flow();
  const fragment = copyOf(document.graph, "small", TYPES)!;

  const graph = after(document, pasteAfter(document, "ops", fragment, TYPES));

  const copies = graph.nodes.filter((node) => !nodeOf(document.graph, node.id));
  expect(copies.map((node) => node.type).sort()).toEqual(["approval", "exclusive"]);
  expect(outgoing(graph, "ops")[0]?.to).toBe(copies.find((node) => node.type === "exclusive")?.id);
  expect(copyOf(document.graph, "start", TYPES)).toBeNull();
});

test("typing in one field is one step of undo", () => {
  let document = flow();
  let history = EMPTY_HISTORY;
  for (const [at, text] of ["PT1M", "PT12M", "PT120M"].entries()) {
    [document, history] = perform(
      document,
      history,
      change(setField(document, "ops", "remind", text)),
      1_000 + at * 400,
    );
  }
  [document, history] = perform(
    document,
    history,
    change(rename(document, "ops", { zh: "终审", en: "Final" })),
    3_000,
  );

  expect(history.done.length).toBe(2);
  const [renamed, shorter] = undo(document, history);
  const [back, empty, undone] = undo(renamed, shorter);
  expect(back).toEqual(flow());
  expect(undone?.command).toBe("setConfig");
  const [again, full] = redo(back, empty);
  expect(redo(again, full)[0]).toEqual(document);
});

type Random = () => number;

/** Any command with any arguments that exist. */
function randomCommand(document: FlowDocument, random: Random): Outcome {
  const { graph } = document;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const node = pick(graph.nodes).id;
  const edge = pick(graph.edges);
  const type = pick(NODE_TYPES);
  const following = random() < 0.5 ? ("after" as const) : ("inside" as const);
  const options = { types: TYPES, following };
  const ports = branchesOf(nodeOf(graph, node)!).map((branch) => branch.port);
  const commands: (() => Outcome)[] = [
    () => insertOnEdges(document, [edge.id], type, options),
    () =>
      insertOnEdges(
        document,
        graph.edges.filter((one) => one.to === edge.to && one.kind === edge.kind).map((one) => one.id),
        type,
        options,
      ),
    () => insertAfter(document, node, type, options),
    () => insertBefore(document, node, type, options),
    () => wrapInCondition(document, node, info("exclusive"), options),
    () => removeNode(document, node, TYPES),
    () => moveBlock(document, node, [edge.id], TYPES),
    () => moveStep(document, node, random() < 0.5 ? -1 : 1, TYPES),
    () => addBranch(document, node, TYPES),
    () => removeBranch(document, node, pick([...ports, "otherwise"]), TYPES),
    () => reorderBranch(document, node, pick([...ports, "otherwise"]), random() < 0.5 ? -1 : 1),
    () => connect(document, node, edge.port, edge.to, TYPES),
    () => disconnect(document, edge.id),
    () => rename(document, node, { zh: freshId("名"), en: "x" }),
    () => setField(document, node, "mode", random() < 0.5 ? "all" : undefined),
    () => setVariables(document, [{ name: "v", type: "money" }]),
    () => setOffset(document, node, { dx: 8, dy: 8 }),
    () => arrangeAll(document),
    () => {
      const fragment = copyOf(graph, node, TYPES);
      return fragment
        ? pasteAfter(document, pick(graph.nodes).id, fragment, TYPES)
        : { refused: "noPlace", params: {} };
    },
  ];
  return pick(commands)();
}

test("a draft that came with a circle can be edited, and no edit closes a first one", () => {
  const sound = flow();
  const line = outgoing(sound.graph, "refund")[0]!;
  const edges = sound.graph.edges.map((one) => (one.id === line.id ? { ...one, to: "small" } : one));
  const circular = { ...sound, graph: { ...sound.graph, edges } };
  expect(hasPlainCycle(circular.graph)).toBe(true);

  const closed = new Edit(sound);
  closed.retarget(line.id, "small");

  expect(isRefusal(insertOnEdges(circular, [line.id], info("delay"), { types: TYPES }))).toBe(false);
  expect(closed.done("move", { key: "move", params: {} }, null)).toEqual({ refused: "cycle", params: {} });
});

test("whatever is done to a flow can be undone exactly and leaves a sound document", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    const original = flow();
    let document = original;
    const done: { before: FlowDocument; change: Change }[] = [];
    for (let step = 0; step < 30; step += 1) {
      if (document.graph.nodes.length > 60 || document.graph.edges.length === 0) break;
      const outcome = randomCommand(document, random);
      if (isRefusal(outcome)) continue;
      done.push({ before: document, change: outcome });
      document = apply(document, outcome.operations);
      const { graph } = document;
      expect(new Set(graph.nodes.map((one) => one.id)).size, "node ids").toBe(graph.nodes.length);
      expect(new Set(graph.edges.map((one) => one.id)).size, "edge ids").toBe(graph.edges.length);
      expect(indexOf(graph).edges.size, `dangling after ${outcome.command} seed ${seed}`).toBe(
        graph.edges.length,
      );
      expect(hasPlainCycle(graph), `cycle after ${outcome.command} seed ${seed}`).toBe(false);
      blockTree(graph);
    }
    for (const { before, change: one } of done.toReversed()) {
      document = apply(document, invert(one.operations));
      expect(document).toEqual(before);
    }
    expect(document).toEqual(original);
  }
});

test("edits by structure alone keep every step reachable", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    let document = flow();
    for (let step = 0; step < 25; step += 1) {
      if (document.graph.nodes.length > 50 || document.graph.edges.length === 0) break;
      const outcome = randomCommand(document, random);
      if (isRefusal(outcome) || outcome.command === "disconnect" || outcome.command === "connect") continue;
      document = apply(document, outcome.operations);
      const start = startOf(document.graph)!;
      const reached = reachable(document.graph, start.id);
      const lost = document.graph.nodes.filter((node) => !reached.has(node.id)).map((node) => node.id);
      expect(lost, `after ${outcome.command} of seed ${seed}`).toEqual([]);
    }
  }
});
