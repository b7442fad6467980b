/** A scene as React Flow's nodes and edges. Pure; what has not changed keeps its identity, so it is not drawn again. */
import { type Edge, type Node, Position, type ReactFlowInstance } from "@xyflow/react";
import type { Box, PlacedJump, Point, Slot } from "./blockLayout";
import type { BranchFace, NodeFace } from "./describe";
import type { Scene } from "./scene";

export type CardNode = Node<{ face: NodeFace }, "card">;
export type BranchNode = Node<{ face: BranchFace; gateway: string; port: string }, "branch">;
export type JumpNode = Node<{ jump: PlacedJump; text: string; port: string }, "jump">;
export type FlowNode = CardNode | BranchNode | JumpNode;
export type LineEdge = Edge<{ points: Point[]; slots: Slot[]; arrow: boolean }, "line">;

/** The drawing on the screen. */
export type CanvasInstance = ReactFlowInstance<FlowNode, LineEdge>;

export interface FlowWords {
  /** The spoken name of everything that can hold the focus. */
  spoken: (id: string) => string;
  /** What role the thing plays: step, branch, jump. */
  role: (kind: FlowNode["type"]) => string;
  jumpPort: (jump: PlacedJump) => string;
}

export interface FlowParts {
  nodes: FlowNode[];
  edges: LineEdge[];
}

export const NO_PARTS: FlowParts = { nodes: [], edges: [] };

/** `active` is the one thing in the Tab order; it stays in the document even when it is out of sight. */
export function toFlow(scene: Scene, active: string | null, words: FlowWords, before: FlowParts): FlowParts {
  const known = new Map(before.nodes.map((node) => [node.id, node]));
  const nodes: FlowNode[] = [];
  const add = (node: FlowNode): void => {
    const old = known.get(node.id);
    nodes.push(old && sameNode(old, node) ? old : node);
  };
  for (const box of scene.layout.nodes.values()) {
    const face = scene.faces.get(box.id);
    if (face) add({ ...frame(box, active, words, "card"), type: "card", data: { face } });
  }
  for (const label of scene.layout.labels) {
    const face = scene.labels.get(label.id);
    const data = { gateway: label.node, port: label.port };
    if (face) add({ ...frame(label, active, words, "branch"), type: "branch", data: { ...data, face } });
  }
  for (const jump of scene.layout.jumps) {
    const text = scene.faces.get(jump.to)?.title ?? jump.to;
    add({
      ...frame(jump, active, words, "jump"),
      type: "jump",
      data: { jump, text, port: words.jumpPort(jump) },
    });
  }
  return { nodes, edges: lines(scene, before.edges) };
}

function frame(box: Box, active: string | null, words: FlowWords, type: NonNullable<FlowNode["type"]>) {
  const here = active === box.id;
  const anchor = { width: 1, height: 1, x: box.width / 2 };
  return {
    id: box.id,
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    handles: [
      { ...anchor, type: "target" as const, position: Position.Top, y: 0 },
      { ...anchor, type: "source" as const, position: Position.Bottom, y: box.height },
    ],
    ariaRole: "group" as const,
    ariaLabel: words.spoken(box.id),
    domAttributes: {
      tabIndex: here ? 0 : -1,
      "aria-roledescription": words.role(type),
    },
    // React Flow never culls what is being dragged: the only way to keep the focus when it scrolls away.
    ...(here ? { dragging: true } : {}),
  };
}

function sameNode(a: FlowNode, b: FlowNode): boolean {
  return (
    a.position.x === b.position.x &&
    a.position.y === b.position.y &&
    a.width === b.width &&
    a.height === b.height &&
    a.dragging === b.dragging &&
    a.ariaLabel === b.ariaLabel &&
    a.domAttributes?.tabIndex === b.domAttributes?.tabIndex &&
    sameData(a, b)
  );
}

/** What cards and branches say is a value kept for as long as it holds; jumps are short. */
function sameData(a: FlowNode, b: FlowNode): boolean {
  if (a.type === "jump" && b.type === "jump") return JSON.stringify(a.data) === JSON.stringify(b.data);
  return "face" in a.data && "face" in b.data && a.data.face === b.data.face;
}

function lines(scene: Scene, before: readonly LineEdge[]): LineEdge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const slots = slotsByLine(scene);
  return scene.layout.lines.map((line) => {
    const data = {
      points: line.points,
      slots: slots.get(line.id) ?? [],
      arrow: scene.layout.nodes.has(line.to),
    };
    const old = known.get(line.id);
    if (old?.data && old.source === line.from && sameLine(old.data, data)) return old;
    return { id: line.id, type: "line" as const, source: line.from, target: line.to, data, focusable: false };
  });
}

/** A slot is drawn with the last piece of the first edge it would interrupt. */
function slotsByLine(scene: Scene): Map<string, Slot[]> {
  const runs = new Map(scene.layout.lines.map((line) => [`${line.edge} ${line.to}`, line.id]));
  const lastRun = new Map(scene.layout.lines.map((line) => [line.edge, line.id]));
  const slots = new Map<string, Slot[]>();
  for (const slot of scene.layout.slots) {
    const [first = ""] = slot.edges;
    const id = runs.get(`${first} ${slot.before}`) ?? lastRun.get(first) ?? "";
    const list = slots.get(id);
    if (list) list.push(slot);
    else slots.set(id, [slot]);
  }
  return slots;
}

type LineData = NonNullable<LineEdge["data"]>;

function sameLine(a: LineData, b: LineData): boolean {
  return (
    a.arrow === b.arrow &&
    a.points.length === b.points.length &&
    a.slots.length === b.slots.length &&
    a.points.every((point, at) => samePoint(point, b.points[at])) &&
    a.slots.every((slot, at) => slot.id === b.slots[at]?.id && samePoint(slot, b.slots[at]))
  );
}

function samePoint(a: Point, b: Point | undefined): boolean {
  return a.x === b?.x && a.y === b.y;
}
