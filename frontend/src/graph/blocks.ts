/**
 * The graph read as nested blocks: sequences of steps, branches that part and meet again. Total: whatever has no place
 * in such a tree (cycles, lines that cross blocks) becomes a jump, so every graph can be drawn, read aloud and walked.
 */
import { type Graph, type GraphEdge, incoming, isSidePort, outgoing } from "./document";
import { EXIT, mainEdges, postDominators, type Structure, structureOf } from "./structure";

/** How a sequence ends: in the join it was built for, with a jump elsewhere, or because nothing follows. */
export type Tail =
  | { kind: "join"; edge: string | null }
  | { kind: "jump"; edge: string | null; to: string; id: string }
  | { kind: "stop" };

export interface Sequence {
  items: Item[];
  tail: Tail;
}

export interface BlockBranch {
  edge: string;
  port: string;
  body: Sequence;
}

export interface SideJump {
  id: string;
  edge: string;
  port: string;
  to: string;
  back: boolean;
}

export interface Item {
  node: string;
  /** `spine`: the first branch goes straight on and the others leave to the side; `centre`: equals side by side. */
  align: "centre" | "spine";
  branches: BlockBranch[];
  jumps: SideJump[];
  /** The single edge to the next item; null after branches, whose own edges lead on. */
  next: string | null;
}

export interface BlockTree {
  main: Sequence;
  /** Parts that no line leads to. */
  islands: Sequence[];
  structure: Structure;
}

const EMPTY: Sequence = { items: [], tail: { kind: "stop" } };
const trees = new WeakMap<Graph, BlockTree>();

export function blockTree(graph: Graph): BlockTree {
  const known = trees.get(graph);
  if (known) return known;
  const builder = new Builder(graph);
  const tree = builder.build();
  trees.set(graph, tree);
  return tree;
}

class Builder {
  private readonly structure: Structure;
  private readonly joins: Map<string, string>;
  /** Which connected piece of main lines a node belongs to, named by its first node. */
  private readonly region = new Map<string, string>();
  /** Side edges that lead to a piece of their own. */
  private readonly owned = new Set<string>();
  private readonly owners = new Set<string>();
  private readonly placed = new Set<string>();

  constructor(private readonly graph: Graph) {
    this.structure = structureOf(graph);
    this.joins = postDominators(graph, this.structure);
    this.assignRegions();
  }

  build(): BlockTree {
    const sequences = this.structure.roots.map((root) =>
      this.sequence(root, null, this.regionOf(root), null),
    );
    const left = this.structure.order.filter((id) => !this.placed.has(id));
    for (const id of left) {
      if (!this.placed.has(id)) sequences.push(this.sequence(id, null, this.regionOf(id), null));
    }
    const [main = EMPTY, ...islands] = sequences;
    return { main, islands: islands.filter((one) => one.items.length > 0), structure: this.structure };
  }

  private assignRegions(): void {
    const start = this.structure.roots[0];
    for (const id of this.structure.order) {
      let main: string | undefined;
      let side: GraphEdge | undefined;
      for (const edge of incoming(this.graph, id)) {
        if (this.structure.retreating.has(edge.id)) continue;
        if (isSidePort(edge.port)) side = this.later(side, edge);
        else if (main === undefined || this.regionOf(edge.from) === start) main = this.regionOf(edge.from);
      }
      this.region.set(id, main ?? id);
      if (main === undefined && side) {
        this.owned.add(side.id);
        this.owners.add(side.from);
      }
    }
  }

  private later(one: GraphEdge | undefined, other: GraphEdge): GraphEdge {
    const at = (edge: GraphEdge): number => this.structure.position.get(edge.from) ?? -1;
    return one && at(one) >= at(other) ? one : other;
  }

  private regionOf(id: string): string {
    return this.region.get(id) ?? id;
  }

  private joinOf(id: string): string {
    return this.joins.get(id) ?? EXIT;
  }

  private sequence(first: string, stop: string | null, region: string, via: string | null): Sequence {
    const items: Item[] = [];
    let edge = via;
    for (let id = first; ;) {
      if (id === stop) return { items, tail: { kind: "join", edge } };
      if (this.placed.has(id) || this.regionOf(id) !== region) {
        const jump = edge === null ? `jump:after:${items.at(-1)?.node ?? id}` : `jump:${edge}`;
        return { items, tail: { kind: "jump", edge, to: id, id: jump } };
      }
      this.placed.add(id);
      const step = this.item(id, stop, region);
      items.push(step.item);
      if (step.next === null) return { items, tail: { kind: "stop" } };
      edge = step.item.next;
      id = step.next;
    }
  }

  private item(id: string, stop: string | null, region: string): { item: Item; next: string | null } {
    const mains = mainEdges(this.graph, id, this.structure);
    const sides = outgoing(this.graph, id).filter((edge) => this.owned.has(edge.id));
    const jumps = outgoing(this.graph, id)
      .filter((edge) => !mains.includes(edge) && !sides.includes(edge))
      .map((edge) => ({
        id: `jump:${edge.id}`,
        edge: edge.id,
        port: edge.port,
        to: edge.to,
        back: this.structure.retreating.has(edge.id),
      }));
    const [only] = mains;
    if (sides.length === 0 && mains.length <= 1) {
      const item: Item = { node: id, align: "centre", branches: [], jumps, next: only?.id ?? null };
      return { item, next: only?.to ?? null };
    }
    const direct = mains.length === 1 && only ? only.to : this.joinOf(id);
    const meets = new Set<string>();
    const join = this.widen(direct, sides, stop, meets);
    const branches = [...mains, ...sides].map((edge) => {
      const own = this.owned.has(edge.id);
      const until = own && !meets.has(edge.id) ? null : join || stop;
      const body = this.sequence(edge.to, until, own ? this.regionOf(edge.to) : region, edge.id);
      return { edge: edge.id, port: edge.port, body };
    });
    const align = sides.length > 0 && mains.length <= 1 ? "spine" : "centre";
    const item: Item = { node: id, align, branches, jumps, next: null };
    return { item, next: join === EXIT ? null : join };
  }

  /** Moves a join down to where a side piece comes back, when nothing on the way owns a side piece of its own. */
  private widen(
    direct: string,
    sides: readonly GraphEdge[],
    stop: string | null,
    meets: Set<string>,
  ): string {
    if (sides.length === 0) return direct;
    const ahead = this.ahead(direct, stop);
    let join = direct;
    for (const edge of sides) {
      const exit = this.exitOf(edge.to);
      if (ahead.indexOf(exit) > ahead.indexOf(join)) join = exit;
    }
    // A side piece that would come back before the widened join must jump there instead.
    for (const edge of sides) if (join !== EXIT && this.exitOf(edge.to) === join) meets.add(edge.id);
    return join;
  }

  /** The nodes that every way on passes, up to `stop` or to the next owner of a side piece. */
  private ahead(direct: string, stop: string | null): string[] {
    const ids: string[] = [];
    for (let at = direct; at !== EXIT; at = this.joinOf(at)) {
      ids.push(at);
      if (at === stop || this.owners.has(at)) break;
    }
    return ids;
  }

  private exitOf(first: string): string {
    const home = this.regionOf(first);
    let exit = first;
    while (exit !== EXIT && this.regionOf(exit) === home) exit = this.joinOf(exit);
    return exit;
  }
}

/** Every sequence of the tree, parents before children. */
export function eachSequence(tree: BlockTree, visit: (sequence: Sequence, depth: number) => void): void {
  const queue: [Sequence, number][] = [tree.main, ...tree.islands].reverse().map((one) => [one, 0]);
  for (let top = queue.pop(); top; top = queue.pop()) {
    const [sequence, depth] = top;
    visit(sequence, depth);
    for (const item of [...sequence.items].reverse()) {
      for (const branch of [...item.branches].reverse()) queue.push([branch.body, depth + 1]);
    }
  }
}
