/** Small exact operations on a document, each with its inverse, and a recorder that commands are written with. */
import { hasPlainCycle } from "./places";
import type { FlowDocument, Graph, GraphEdge, GraphNode, Layout, DrawnText, Variable } from "../document";

export type Operation =
  | { kind: "addNode" | "dropNode"; node: GraphNode; at: number }
  | { kind: "addEdge" | "dropEdge"; edge: GraphEdge; at: number }
  | { kind: "setNode"; before: GraphNode; after: GraphNode }
  | { kind: "setEdge"; before: GraphEdge; after: GraphEdge }
  | { kind: "setVariables"; before: Variable[]; after: Variable[] }
  | { kind: "setLayout"; before: Layout; after: Layout };

/** What a command did, in words: a key of the catalogue and what to put into it. */
export interface Said {
  key: string;
  params: Record<string, DrawnText | string | number>;
}

export interface Change {
  command: string;
  operations: Operation[];
  said: Said;
  /** What should hold the focus afterwards; null leaves it where it is. */
  focus: string | null;
  /** Changes in a row with the same key become one step of undo: typing in a field. */
  merge: string | null;
}

export interface Refusal {
  refused: string;
  params: Record<string, DrawnText | string | number>;
}

export type Outcome = Change | Refusal;

export function isRefusal(outcome: Outcome): outcome is Refusal {
  return "refused" in outcome;
}

export function refuse(refused: string, params: Refusal["params"] = {}): Refusal {
  return { refused, params };
}

export function apply(document: FlowDocument, operations: readonly Operation[]): FlowDocument {
  let { graph, layout } = document;
  for (const operation of operations) {
    if (operation.kind === "setLayout") layout = operation.after;
    else graph = applyToGraph(graph, operation);
  }
  return { graph, layout };
}

function applyToGraph(graph: Graph, operation: Exclude<Operation, { kind: "setLayout" }>): Graph {
  switch (operation.kind) {
    case "addNode":
      return { ...graph, nodes: graph.nodes.toSpliced(operation.at, 0, operation.node) };
    case "dropNode":
      return { ...graph, nodes: graph.nodes.toSpliced(operation.at, 1) };
    case "addEdge":
      return { ...graph, edges: graph.edges.toSpliced(operation.at, 0, operation.edge) };
    case "dropEdge":
      return { ...graph, edges: graph.edges.toSpliced(operation.at, 1) };
    case "setNode":
      return {
        ...graph,
        nodes: graph.nodes.map((node) => (node.id === operation.before.id ? operation.after : node)),
      };
    case "setEdge":
      return {
        ...graph,
        edges: graph.edges.map((edge) => (edge.id === operation.before.id ? operation.after : edge)),
      };
    case "setVariables":
      return { ...graph, variables: operation.after };
  }
}

export function invert(operations: readonly Operation[]): Operation[] {
  return operations.toReversed().map(inverse);
}

function inverse(operation: Operation): Operation {
  switch (operation.kind) {
    case "addNode":
      return { ...operation, kind: "dropNode" };
    case "dropNode":
      return { ...operation, kind: "addNode" };
    case "addEdge":
      return { ...operation, kind: "dropEdge" };
    case "dropEdge":
      return { ...operation, kind: "addEdge" };
    case "setNode":
      return { kind: "setNode", before: operation.after, after: operation.before };
    case "setEdge":
      return { kind: "setEdge", before: operation.after, after: operation.before };
    case "setVariables":
      return { kind: "setVariables", before: operation.after, after: operation.before };
    case "setLayout":
      return { kind: "setLayout", before: operation.after, after: operation.before };
  }
}

/** Applies operations one by one and remembers them; `graph` is the graph as it stands now. */
export class Edit {
  private readonly operations: Operation[] = [];
  private now: FlowDocument;

  constructor(private readonly before: FlowDocument) {
    this.now = before;
  }

  get document(): FlowDocument {
    return this.now;
  }

  get graph(): Graph {
    return this.now.graph;
  }

  private do(operation: Operation): void {
    this.operations.push(operation);
    this.now = apply(this.now, [operation]);
  }

  /** Puts a node behind another one in the document's order, else before the first end. */
  addNode(node: GraphNode, behind?: string): void {
    const after = behind === undefined ? -1 : this.graph.nodes.findIndex((one) => one.id === behind);
    this.do({ kind: "addNode", node, at: after < 0 ? this.graph.nodes.length : after + 1 });
  }

  dropNode(id: string): void {
    for (const edge of this.graph.edges) if (edge.from === id || edge.to === id) this.dropEdge(edge.id);
    const at = this.graph.nodes.findIndex((node) => node.id === id);
    const node = this.graph.nodes[at];
    if (node) this.do({ kind: "dropNode", node, at });
  }

  setNode(id: string, change: Partial<Omit<GraphNode, "id">>): void {
    const before = this.graph.nodes.find((node) => node.id === id);
    if (before) this.do({ kind: "setNode", before, after: { ...before, ...change } });
  }

  addEdge(edge: GraphEdge, behind?: string): void {
    const after = behind === undefined ? -1 : this.graph.edges.findIndex((one) => one.id === behind);
    this.do({ kind: "addEdge", edge, at: after < 0 ? this.graph.edges.length : after + 1 });
  }

  dropEdge(id: string): void {
    const at = this.graph.edges.findIndex((edge) => edge.id === id);
    const edge = this.graph.edges[at];
    if (edge) this.do({ kind: "dropEdge", edge, at });
  }

  setEdge(id: string, change: (edge: GraphEdge) => GraphEdge): void {
    const before = this.graph.edges.find((edge) => edge.id === id);
    if (before) this.do({ kind: "setEdge", before, after: change(before) });
  }

  retarget(id: string, to: string): void {
    this.setEdge(id, (edge) => ({ ...edge, to }));
  }

  /** Takes over what another command has already worked out. */
  replay(operations: readonly Operation[]): void {
    for (const operation of operations) this.do(operation);
  }

  setVariables(after: Variable[]): void {
    this.do({ kind: "setVariables", before: this.graph.variables, after });
  }

  setLayout(after: Layout): void {
    this.do({ kind: "setLayout", before: this.now.layout, after });
  }

  /** The change, unless it closes a circle of plain lines; one that was there before may be edited, to mend it. */
  done(command: string, said: Said, focus: string | null, merge: string | null = null): Outcome {
    const rewired = this.operations.some((one) => one.kind === "addEdge" || one.kind === "setEdge");
    if (rewired && hasPlainCycle(this.graph) && !hasPlainCycle(this.before.graph)) return refuse("cycle");
    return { command, operations: this.operations, said, focus, merge };
  }
}
