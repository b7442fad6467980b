/** A graph ready to be drawn: what every card says and where it stands. Pure; shared by the editor and the read-only view. */
import { type BlockLayout, layoutBlocks, type Size } from "./blockLayout";
import { type BranchFace, describeBranch, describeNode, type NodeFace, type Speech } from "./describe";
import { type Graph, type GraphNode, nodeOf } from "./document";

export const CARD_WIDTH = 240;
const CARD_BASE = 44;
const SENTENCE = 22;
const CHIP_LINE = 18;
const CHIP_GAP = 8;
/** What a line of a chip holds, in pixels. */
const CHIP_ROOM = 190;

export interface Scene {
  graph: Graph;
  layout: BlockLayout;
  faces: ReadonlyMap<string, NodeFace>;
  /** By the id of the placed label. */
  labels: ReadonlyMap<string, BranchFace>;
}

export function buildScene(graph: Graph, speech: Speech): Scene {
  const known = facesOf(speech, graph.variables);
  const faces = new Map(graph.nodes.map((node) => [node.id, known.card(node, graph)]));
  const faceOf = (id: string, port: string): BranchFace | undefined => {
    const node = nodeOf(graph, id);
    return node && known.branch(node, port, graph);
  };
  const layout = layoutBlocks(graph, {
    node: (id) => cardSize(faces.get(id)),
    label: (id, port) => labelSize(faceOf(id, port)),
  });
  const labels = new Map<string, BranchFace>();
  for (const label of layout.labels) {
    const face = faceOf(label.node, label.port);
    if (face) labels.set(label.id, face);
  }
  return { graph, layout, faces, labels };
}

interface Faces {
  variables: Graph["variables"];
  card: (node: GraphNode, graph: Graph) => NodeFace;
  branch: (node: GraphNode, port: string, graph: Graph) => BranchFace;
}

/** Nodes are values: what was once said of one holds until it, the variables or the words change. */
const spoken = new WeakMap<Speech, Faces>();

function facesOf(speech: Speech, variables: Graph["variables"]): Faces {
  const known = spoken.get(speech);
  if (known?.variables === variables) return known;
  const cards = new WeakMap<GraphNode, NodeFace>();
  const branches = new WeakMap<GraphNode, Map<string, BranchFace>>();
  const faces: Faces = {
    variables,
    card: (node, graph) => {
      const face = cards.get(node) ?? describeNode(node, graph, speech);
      cards.set(node, face);
      return face;
    },
    branch: (node, port, graph) => {
      const ports = branches.get(node) ?? new Map<string, BranchFace>();
      const face = ports.get(port) ?? describeBranch(node, port, graph, speech);
      branches.set(node, ports.set(port, face));
      return face;
    },
  };
  spoken.set(speech, faces);
  return faces;
}

function cardSize(face: NodeFace | undefined): Size {
  if (!face) return { width: CARD_WIDTH, height: CARD_BASE };
  const sentence = face.sentence || face.missing ? SENTENCE : 0;
  const chips = face.chips.reduce((sum, chip) => sum + chipLines(chip.text) * CHIP_LINE + CHIP_GAP, 0);
  return { width: CARD_WIDTH, height: CARD_BASE + sentence + chips };
}

/** Cards are sized before they are drawn: 12 px for wide signs, 7 for narrow ones. */
function textWidth(text: string): number {
  let width = 0;
  for (const sign of text) width += sign > "\u2e7f" ? 12 : 7;
  return width;
}

function chipLines(text: string): number {
  return textWidth(text) > CHIP_ROOM ? 2 : 1;
}

const LABEL_WIDTHS = { least: 216, most: 296, padding: 24 };

function labelSize(face: BranchFace | undefined): Size {
  if (!face) return { width: 120, height: 26 };
  if (face.condition || face.missing || face.rank !== null) {
    const wanted = textWidth(face.condition) + LABEL_WIDTHS.padding;
    return { width: Math.min(LABEL_WIDTHS.most, Math.max(LABEL_WIDTHS.least, wanted)), height: 48 };
  }
  return { width: face.rank === null && face.name.length <= 6 ? 96 : 168, height: 28 };
}
