/**
 * Coordinates for the block tree: top to bottom, joins under the middle of their branches, an empty branch keeps a
 * column of its own. Pure and linear: 1,000 nodes take a few milliseconds, so it runs again after every edit.
 */
import { type BlockBranch, blockTree, type Item, type Sequence } from "./blocks";
import { type Graph, type GraphEdge, indexOf } from "./document";

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point, Size {
  id: string;
}

export interface PlacedLabel extends Box {
  edge: string;
  node: string;
  port: string;
}

export interface PlacedJump extends Box {
  edges: string[];
  from: string;
  to: string;
  port: string;
  back: boolean;
  place: "side" | "below";
}

/** A piece of one edge between two placed things. */
export interface PlacedLine {
  id: string;
  edge: string;
  from: string;
  to: string;
  points: Point[];
}

/** A place where a step can be put in: every edge it would interrupt. */
export interface Slot extends Point {
  id: string;
  edges: string[];
  /** The placed things above and below, for speaking of the slot. */
  after: string;
  before: string;
}

export interface BlockLayout {
  nodes: Map<string, Box>;
  labels: PlacedLabel[];
  jumps: PlacedJump[];
  lines: PlacedLine[];
  slots: Slot[];
  /** The main line stands at x = 0, so that edits beside it do not move it; the drawing begins at `left`. */
  left: number;
  width: number;
  height: number;
}

export interface LayoutSizes {
  node: (id: string) => Size;
  label: (node: string, port: string) => Size;
}

const GAP = 56;
const BUS = 18;
const FORK = 20;
const COLUMN_GAP = 40;
const JUMP: Size = { width: 196, height: 32 };
const JUMP_REACH = 36;
const JUMP_STEP = 40;
const MARGIN = 40;
const ISLAND_GAP = 96;

interface Extent {
  left: number;
  right: number;
  height: number;
}

type Column = Extent & { shift: number };

const NO_COLUMNS: Column[] = [];

interface Pending {
  edge: string;
  from: string;
  points: Point[];
}

export function layoutBlocks(graph: Graph, sizes: LayoutSizes): BlockLayout {
  const tree = blockTree(graph);
  const painter = new Painter(graph, sizes);
  let x = 0;
  let left = 0;
  let height = 0;
  for (const sequence of [tree.main, ...tree.islands]) {
    const extent = painter.measure(sequence);
    if (sequence === tree.main) left = -extent.left - MARGIN;
    else x += ISLAND_GAP + extent.left;
    painter.place(sequence, x, MARGIN);
    x += extent.right;
    height = Math.max(height, extent.height);
  }
  return { ...painter.result, left, width: x - left + MARGIN, height: height + 2 * MARGIN };
}

class Painter {
  readonly result = {
    nodes: new Map<string, Box>(),
    labels: [] as PlacedLabel[],
    jumps: [] as PlacedJump[],
    lines: [] as PlacedLine[],
    slots: [] as Slot[],
  };
  private readonly measured = new Map<Item, Extent & { columns: Column[] }>();

  constructor(
    private readonly graph: Graph,
    private readonly sizes: LayoutSizes,
  ) {}

  measure(sequence: Sequence): Extent {
    const extent: Extent = { left: 0, right: 0, height: 0 };
    sequence.items.forEach((item, at) => {
      const own = this.measureItem(item);
      grow(extent, own);
      extent.height += own.height + (at > 0 ? GAP : 0);
    });
    if (sequence.tail.kind === "jump") {
      grow(extent, { left: JUMP.width / 2, right: JUMP.width / 2, height: 0 });
      extent.height += JUMP.height + (sequence.items.length > 0 ? GAP : 0);
    }
    return extent;
  }

  private measureItem(item: Item): Extent {
    const size = this.sizes.node(item.node);
    const jumps = item.jumps.length;
    const extent: Extent = {
      left: size.width / 2,
      right: size.width / 2 + (jumps > 0 ? JUMP_REACH + JUMP.width : 0),
      height: Math.max(size.height, jumps > 0 ? (jumps - 1) * JUMP_STEP + JUMP.height : 0),
    };
    if (item.branches.length === 0) {
      this.measured.set(item, { ...extent, columns: NO_COLUMNS });
      return extent;
    }
    const columns = item.branches.map((branch) => ({ ...this.measureColumn(item, branch), shift: 0 }));
    let offset = 0;
    columns.forEach((column, at) => {
      const previous = columns[at - 1];
      if (previous) offset += previous.right + COLUMN_GAP + column.left;
      column.shift = offset;
    });
    const middle = item.align === "spine" ? 0 : offset / 2;
    for (const column of columns) {
      column.shift -= middle;
      grow(extent, { left: column.left - column.shift, right: column.right + column.shift, height: 0 });
    }
    extent.height += FORK + BUS + Math.max(...columns.map((column) => column.height)) + BUS;
    this.measured.set(item, { ...extent, columns });
    return extent;
  }

  private measureColumn(item: Item, branch: BlockBranch): Extent {
    const label = this.sizes.label(item.node, branch.port);
    const body = this.measure(branch.body);
    const extent = { left: label.width / 2, right: label.width / 2, height: label.height };
    grow(extent, body);
    if (branch.body.items.length > 0 || branch.body.tail.kind === "jump") extent.height += GAP + body.height;
    if (branch.body.tail.kind === "join") extent.height += GAP - BUS;
    return extent;
  }

  /** Places a sequence whose axis is at `x`; answers the lines that still have to reach what follows. */
  place(sequence: Sequence, x: number, top: number, entering: Pending[] = []): Pending[] {
    let pending = entering;
    let y = top;
    sequence.items.forEach((item, at) => {
      if (at > 0) y += GAP;
      this.arrive(pending, item.node, x, y);
      pending = this.placeItem(item, x, y);
      y += this.measured.get(item)?.height ?? 0;
    });
    const { tail } = sequence;
    if (tail.kind === "stop") return [];
    if (tail.kind === "join") return pending;
    if (sequence.items.length > 0) y += GAP;
    const box = { x: x - JUMP.width / 2, y, ...JUMP };
    this.arrive(pending, tail.id, x, y);
    const [first] = pending;
    const edge = first ? this.edge(first.edge) : undefined;
    const edges = pending.map((line) => line.edge);
    this.result.jumps.push({
      id: tail.id,
      ...box,
      edges,
      from: edge?.from ?? "",
      to: tail.to,
      port: edge?.port ?? "",
      back: edge?.kind === "back",
      place: "below",
    });
    return [];
  }

  private edge(id: string): GraphEdge | undefined {
    return indexOf(this.graph).edges.get(id);
  }

  /** Ends all pending lines at the top of a placed thing and offers the slot above it. */
  private arrive(pending: Pending[], target: string, x: number, y: number): void {
    for (const line of pending) {
      const last = line.points.at(-1);
      if (last && last.x !== x) line.points.push({ x, y: last.y });
      line.points.push({ x, y });
      this.line(line.edge, line.from, target, line.points);
    }
    const [first] = pending;
    if (!first) return;
    const merged = pending.length > 1;
    const from = merged
      ? Math.max(...pending.map((line) => line.points.at(-2)?.y ?? y))
      : (first.points.at(-2)?.y ?? y);
    this.slot(
      pending.map((line) => line.edge),
      { x, y: (from + y) / 2 },
      first.from,
      target,
    );
  }

  private placeItem(item: Item, x: number, y: number): Pending[] {
    const size = this.sizes.node(item.node);
    const measured = this.measured.get(item);
    this.result.nodes.set(item.node, { id: item.node, x: x - size.width / 2, y, ...size });
    this.placeSideJumps(item, x + size.width / 2 + JUMP_REACH, y + size.height / 2);
    const bottom = { x, y: y + size.height };
    if (item.branches.length === 0 || !measured) {
      return item.next === null ? [] : [{ edge: item.next, from: item.node, points: [bottom] }];
    }
    const bus = y + Math.max(size.height, sideHeight(item)) + FORK;
    const meet = y + measured.height;
    return item.branches.flatMap((branch, at) => {
      const axis = x + (measured.columns[at]?.shift ?? 0);
      const fork = axis === x ? [bottom] : [bottom, { x, y: bus }, { x: axis, y: bus }];
      const leaving = this.placeColumn(item, branch, { x: axis, y: bus + BUS }, fork);
      for (const line of leaving) {
        if (line.points.length > 0) this.settle(line, axis, x, meet);
      }
      return leaving;
    });
  }

  /** Leads a line that leaves a column to the join line under the block, with a slot of its own on the way. */
  private settle(line: Pending, axis: number, x: number, meet: number): void {
    const last = line.points.at(-1);
    if (last && last.x !== axis) line.points.push({ x: axis, y: last.y });
    line.points.push({ x: axis, y: meet });
    if (axis !== x) line.points.push({ x, y: meet });
  }

  private placeColumn(item: Item, branch: BlockBranch, at: Point, fork: Point[]): Pending[] {
    const label = this.sizes.label(item.node, branch.port);
    const id = `branch:${branch.edge}`;
    const box = { id, x: at.x - label.width / 2, y: at.y, ...label };
    this.result.labels.push({ ...box, edge: branch.edge, node: item.node, port: branch.port });
    this.line(branch.edge, item.node, id, [...fork, at]);
    const bottom = { x: at.x, y: at.y + label.height };
    const entering = [{ edge: branch.edge, from: id, points: [bottom] }];
    const leaving = this.place(branch.body, at.x, bottom.y + GAP, entering);
    const [first] = leaving;
    if (first) {
      const start =
        leaving.length > 1
          ? Math.max(...leaving.map((one) => one.points.at(-1)?.y ?? 0))
          : (first.points[0]?.y ?? 0);
      const last = branch.body.items.at(-1)?.node ?? id;
      this.slot(
        leaving.map((one) => one.edge),
        { x: at.x, y: start + GAP / 2 },
        last,
        "join",
      );
    }
    return leaving;
  }

  private placeSideJumps(item: Item, x: number, middle: number): void {
    const first = middle - ((item.jumps.length - 1) * JUMP_STEP) / 2;
    item.jumps.forEach((jump, at) => {
      const y = first + at * JUMP_STEP;
      this.result.jumps.push({
        id: jump.id,
        x,
        y: y - JUMP.height / 2,
        ...JUMP,
        edges: [jump.edge],
        from: item.node,
        to: jump.to,
        port: jump.port,
        back: jump.back,
        place: "side",
      });
      const edgeOfCard = x - JUMP_REACH;
      const half = edgeOfCard + JUMP_REACH / 2;
      const bend =
        y === middle
          ? []
          : [
              { x: half, y: middle },
              { x: half, y },
            ];
      this.line(jump.edge, item.node, jump.id, [{ x: edgeOfCard, y: middle }, ...bend, { x, y }]);
    });
  }

  private line(edge: string, from: string, to: string, points: Point[]): void {
    this.result.lines.push({ id: `${edge}>${to}`, edge, from, to, points });
  }

  private slot(edges: string[], at: Point, after: string, before: string): void {
    this.result.slots.push({ id: `slot:${edges.join(",")}:${before}`, edges, after, before, ...at });
  }
}

function grow(extent: Extent, by: Extent): void {
  extent.left = Math.max(extent.left, by.left);
  extent.right = Math.max(extent.right, by.right);
}

function sideHeight(item: Item): number {
  return item.jumps.length > 0 ? (item.jumps.length - 1) * JUMP_STEP + JUMP.height : 0;
}
