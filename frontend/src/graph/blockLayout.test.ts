import { expect, test } from "vitest";
import { type BlockLayout, type Box, layoutBlocks, type LayoutSizes } from "./blockLayout";
import { blockTree, eachSequence } from "./blocks";
import type { Graph } from "./document";
import { longGraph, refundGraph, seeded, sketch, wildGraph } from "./graphs.fixture";

const SIZES: LayoutSizes = {
  node: () => ({ width: 240, height: 80 }),
  label: () => ({ width: 200, height: 40 }),
};

function axis(layout: BlockLayout, id: string): number {
  const box = layout.nodes.get(id);
  return box ? box.x + box.width / 2 : Number.NaN;
}

function boxes(layout: BlockLayout): Box[] {
  return [...layout.nodes.values(), ...layout.labels, ...layout.jumps];
}

function overlaps(all: readonly Box[]): [string, string][] {
  const found: [string, string][] = [];
  const sorted = [...all].sort((a, b) => a.y - b.y);
  sorted.forEach((box, at) => {
    for (const other of sorted.slice(at + 1)) {
      if (other.y >= box.y + box.height) break;
      if (other.x < box.x + box.width && box.x < other.x + other.width) found.push([box.id, other.id]);
    }
  });
  return found;
}

/** No line runs through a card that it does not belong to. */
function crossings(layout: BlockLayout): string[] {
  const found: string[] = [];
  for (const line of layout.lines) {
    line.points.slice(1).forEach((to, at) => {
      const from = line.points[at] ?? to;
      for (const box of boxes(layout)) {
        if (box.id === line.from || box.id === line.to) continue;
        const [x1, x2] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
        const [y1, y2] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
        if (x1 < box.x + box.width && x2 > box.x && y1 < box.y + box.height && y2 > box.y)
          found.push(`${line.id} through ${box.id}`);
      }
    });
  }
  return found;
}

function shape(graph: Graph): string[] {
  const out: string[] = [];
  eachSequence(blockTree(graph), (sequence, depth) => {
    const tail = sequence.tail.kind === "jump" ? `jump:${sequence.tail.to}` : sequence.tail.kind;
    out.push(
      `${"  ".repeat(depth)}${sequence.items.map((item) => item.node + item.jumps.map((j) => `(${j.port}~${j.to})`).join("")).join(" ")} |${tail}`,
    );
  });
  return out;
}

test("the refund flow reads as one spine with the shared rejection beside its last approval", () => {
  expect(shape(refundGraph())).toEqual([
    "start small ops end |stop",
    "   |join",
    "  finance(rejected~reject) |join",
    "  refund |join",
    "  reject |join",
  ]);
});

test("an empty branch owns a column and the join stands in the middle", () => {
  const layout = layoutBlocks(refundGraph(), SIZES);

  const [small, otherwise] = layout.labels;
  expect(axis(layout, "small")).toBe(axis(layout, "ops"));
  expect((small?.x ?? 0) + 200).toBeLessThan(otherwise?.x ?? 0);
  expect(((small?.x ?? 0) + (otherwise?.x ?? 0)) / 2 + 100).toBe(axis(layout, "ops"));
  expect(axis(layout, "refund")).toBe(axis(layout, "ops"));
  expect(axis(layout, "reject")).toBeGreaterThan(axis(layout, "ops") + 240);
});

test("a side piece that leaves its block ends in a jump", () => {
  const graph = sketch(
    "start>ifa ifa.yes>ap1 ifa.otherwise>n1 ap1.approved>n2 ap1.rejected>n3 n3>end n1>n2 n2>end",
  );

  expect(shape(graph)).toEqual([
    "start ifa n2 end |stop",
    "  ap1 |join",
    "     |join",
    "    n3 |jump:end",
    "  n1 |join",
  ]);
});

test("two branches that meet before the third become one column and a jump", () => {
  const graph = sketch("start>ifa ifa.a>n1 ifa.b>n2 ifa.otherwise>end n1>n3 n2>n3 n3>end");

  expect(shape(graph)).toEqual(["start ifa end |stop", "  n1 n3 |join", "  n2 |jump:n3", "   |join"]);
});

test("a line back is a jump beside its card", () => {
  const graph = sketch("start>n1 n1>ap1 ap1.approved>end ap1.rejected>n1");

  expect(shape(graph)).toEqual(["start n1 ap1(rejected~n1) end |stop"]);
});

test("a part without a way in stands beside the flow", () => {
  const layout = layoutBlocks(sketch("start>end n1>n2"), SIZES);

  expect(layout.nodes.size).toBe(4);
  expect(axis(layout, "n1")).toBeGreaterThan(axis(layout, "start") + 240);
});

test("every random graph is drawn once and whole, without overlaps, and well-formed lines", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seeded(seed);
    const graph = wildGraph(random, 3 + Math.floor(random() * 30));

    const layout = layoutBlocks(graph, SIZES);

    expect([...layout.nodes.keys()].sort()).toEqual(graph.nodes.map((node) => node.id).sort());
    expect(new Set(layout.lines.map((line) => line.edge)).size).toBe(graph.edges.length);
    expect(overlaps(boxes(layout)), `seed ${seed}`).toEqual([]);
    expect(crossings(layout), `seed ${seed}`).toEqual([]);
    for (const line of layout.lines) {
      line.points.slice(1).forEach((to, at) => {
        const from = line.points[at];
        expect(from?.x === to.x || from?.y === to.y, `${line.id} is orthogonal`).toBe(true);
      });
    }
  }
});

test("the long fixture of a thousand steps is laid out completely", () => {
  const graph = longGraph(1000);

  expect(layoutBlocks(graph, SIZES).nodes.size).toBe(graph.nodes.length);
  expect(graph.nodes.length).toBe(1002);
});
