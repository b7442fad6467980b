/** The editor's drawing surface: React Flow with our layout, our focus and our keys; it decides nothing. */
import "@xyflow/react/dist/style.css";
import "./graph.css";
import {
  Background,
  BackgroundVariant,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from "@xyflow/react";
import { type ReactElement, type ReactNode, useEffect, useRef } from "react";
import { CanvasContext, type CanvasContextValue } from "./canvasContext";
import { edgeTypes, nodeTypes } from "./CanvasParts";
import { shiftInto } from "./fit";
import type { CanvasInstance, FlowNode, FlowParts, LineEdge } from "./toFlow";

export interface CanvasProps {
  parts: FlowParts;
  context: CanvasContextValue;
  /** The thing that should hold the focus; a new `turn` asks for it again. */
  focus: { id: string; turn: number } | null;
  label: string;
  dark: boolean;
  onReady: (instance: CanvasInstance) => void;
  onActivate: (id: string) => void;
  /** Drawn over the cards, where they stand. */
  over?: ReactNode;
  children?: ReactNode;
}

const MIN_ZOOM = 0.1;
const PAN_MS = 120;
const PRO = { hideAttribution: false };

export function Canvas(props: CanvasProps): ReactElement {
  return (
    <CanvasContext value={props.context}>
      <ReactFlowProvider>
        <Surface {...props} />
      </ReactFlowProvider>
    </CanvasContext>
  );
}

function Surface(props: CanvasProps): ReactElement {
  const root = useRef<HTMLDivElement>(null);
  useFocus(root, props.focus);
  return (
    <div className="gv-canvas" ref={root}>
      <svg className="gv-defs" aria-hidden="true">
        <defs>
          <marker
            id="gv-arrow"
            viewBox="0 0 8 8"
            refX="6.5"
            refY="4"
            markerWidth="10"
            markerHeight="10"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M1.5 1.5 6.5 4 1.5 6.5" fill="none" stroke="var(--control)" strokeWidth="1.2" />
          </marker>
        </defs>
      </svg>
      <ReactFlow<FlowNode, LineEdge>
        nodes={props.parts.nodes}
        edges={props.parts.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        aria-label={props.label}
        colorMode={props.dark ? "dark" : "light"}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panActivationKeyCode={null}
        zoomActivationKeyCode="Control"
        zoomOnDoubleClick={false}
        panOnScroll
        onlyRenderVisibleElements
        minZoom={MIN_ZOOM}
        maxZoom={2}
        proOptions={PRO}
        onInit={props.onReady}
        onNodeClick={(_event, node) => props.onActivate(node.id)}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line)" />
        {props.over && <ViewportPortal>{props.over}</ViewportPortal>}
      </ReactFlow>
      {props.children}
    </div>
  );
}

/** Brings the wanted thing into sight and gives it the focus; nothing moves when it is in sight already. */
function useFocus(root: React.RefObject<HTMLDivElement | null>, focus: CanvasProps["focus"]): void {
  const flow = useReactFlow<FlowNode, LineEdge>();
  useEffect(() => {
    if (!focus) return;
    let tries = 0;
    let timer = 0;
    const attempt = (): void => {
      const element = root.current?.querySelector<HTMLElement>(
        `[data-id="${CSS.escape(focus.id)}"].react-flow__node`,
      );
      const node = flow.getNode(focus.id);
      if (element && node) {
        element.focus({ preventScroll: true });
        reveal(root.current, node, flow);
      } else if ((tries += 1) < 20) timer = window.setTimeout(attempt, 16);
    };
    attempt();
    return () => window.clearTimeout(timer);
  }, [root, flow, focus]);
}

const EDGE_ROOM = 48;

/** A card out of sight comes to the middle; one in sight moves, with its branches, no more than shows them whole. */
function reveal(root: HTMLElement | null, card: FlowNode, flow: CanvasInstance): void {
  const frame = root?.getBoundingClientRect();
  if (!frame || frame.width === 0) return;
  const across = { from: frame.left + EDGE_ROOM / 2, to: frame.right - EDGE_ROOM / 2 };
  const down = { from: frame.top + EDGE_ROOM / 2, to: frame.bottom - EDGE_ROOM };
  const shiftOf = (nodes: FlowNode[]): { x: number; y: number } => {
    const box = flow.getNodesBounds(nodes);
    const first = flow.flowToScreenPosition({ x: box.x, y: box.y });
    const last = flow.flowToScreenPosition({ x: box.x + box.width, y: box.y + box.height });
    return {
      x: shiftInto({ from: first.x, to: last.x }, across),
      y: shiftInto({ from: first.y, to: last.y }, down),
    };
  };
  const alone = shiftOf([card]);
  const { x, y, width, height } = flow.getNodesBounds([card]);
  const view = flow.getViewport();
  if (Math.abs(alone.x) > width * view.zoom || Math.abs(alone.y) > height * view.zoom) {
    void flow.setCenter(x + width / 2, y + height / 2, { zoom: view.zoom, duration: PAN_MS });
    return;
  }
  const branches = flow.getNodes().filter((one) => one.type === "branch" && one.data.gateway === card.id);
  const whole = shiftOf([card, ...branches]);
  // Branches too far apart for the frame do not move at all: then the card alone counts.
  const [byX, byY] = [whole.x || alone.x, whole.y || alone.y];
  if (byX !== 0 || byY !== 0)
    void flow.setViewport({ ...view, x: view.x + byX, y: view.y + byY }, { duration: PAN_MS });
}
