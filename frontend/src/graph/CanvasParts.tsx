/** Cards, branch labels, jumps and lines as React Flow's node and edge components. */
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, Handle, type NodeProps, Position } from "@xyflow/react";
import { memo, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Slot } from "./blockLayout";
import { useCanvas, useCanvasState } from "./canvasContext";
import { linePath } from "./linePath";
import { BranchLabel, Card, JumpCard } from "./parts";
import type { BranchNode, CardNode, JumpNode, LineEdge } from "./toFlow";

/** Where lines begin and end; React Flow draws no edge without them. */
function Anchors(): ReactElement {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className="gv-anchor" />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="gv-anchor" />
    </>
  );
}

const CardPart = memo(function CardPart({ id, data }: NodeProps<CardNode>): ReactElement {
  const selected = useCanvasState((state) => state.selected === id);
  const problems = useCanvasState((state) => state.problems.get(id));
  const moving = useCanvasState((state) => state.drag?.kind === "node" && state.drag.id === id);
  const { actions } = useCanvas();
  const { t } = useTranslation("graph");
  const handle = actions.canDrag(id) && (
    <span
      className="gv-handle nodrag nopan"
      title={t("handle")}
      aria-hidden="true"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        actions.startDrag(event, id);
      }}
    >
      ⠿
    </span>
  );
  return (
    <>
      <Card face={data.face} state={{ selected, problems, dimmed: moving }} handle={handle} />
      <Anchors />
    </>
  );
});

const BranchPart = memo(function BranchPart({ id, data }: NodeProps<BranchNode>): ReactElement {
  const selected = useCanvasState((state) => state.selected === id);
  return (
    <>
      <BranchLabel face={data.face} selected={selected} />
      <Anchors />
    </>
  );
});

const JumpPart = memo(function JumpPart({ id, data }: NodeProps<JumpNode>): ReactElement {
  const selected = useCanvasState((state) => state.selected === id);
  const { jump, text, port } = data;
  return (
    <div className={`gv-fill is-${jump.place}`}>
      <JumpCard text={text} port={port} back={jump.back} selected={selected} />
      <Anchors />
    </div>
  );
});

const LinePart = memo(function LinePart({ id, data }: EdgeProps<LineEdge>): ReactElement {
  const points = data?.points ?? [];
  const end = data?.arrow ? { markerEnd: "url(#gv-arrow)" } : {};
  return (
    <>
      <BaseEdge id={id} path={linePath(points)} className="gv-line" interactionWidth={0} {...end} />
      {data?.slots.map((slot) => (
        <EdgeLabelRenderer key={slot.id}>
          <SlotPart slot={slot} />
        </EdgeLabelRenderer>
      ))}
    </>
  );
});

function SlotPart({ slot }: { slot: Slot }): ReactElement {
  const { actions } = useCanvas();
  const drag = useCanvasState((state) => state.drag);
  const open = useCanvasState((state) => state.openSlot === slot.id);
  const target = drag?.slot?.id === slot.id;
  const refused = drag ? actions.refusal(slot) : null;
  const style = { transform: `translate(-50%, -50%) translate(${slot.x}px, ${slot.y}px)` };
  if (drag) {
    const classes = ["gv-slot-bar", target ? "is-target" : "", refused ? "is-refused" : ""].join(" ");
    return (
      <div className="gv-slot nopan" style={style} data-slot={slot.id}>
        <div className={classes} />
        {target && <div className="gv-slot-words">{refused ?? actions.slotName(slot)}</div>}
      </div>
    );
  }
  return (
    <button
      type="button"
      tabIndex={-1}
      className={open ? "gv-plus nodrag nopan is-open" : "gv-plus nodrag nopan"}
      style={style}
      data-slot={slot.id}
      aria-label={actions.slotName(slot)}
      title={actions.slotName(slot)}
      onClick={(event) => {
        event.stopPropagation();
        actions.openSlot(slot);
      }}
    >
      <svg aria-hidden="true" width="12" height="12" viewBox="0 0 12 12">
        <path d="M6 2v8M2 6h8" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
      </svg>
    </button>
  );
}

export const nodeTypes = { card: CardPart, branch: BranchPart, jump: JumpPart };
export const edgeTypes = { line: LinePart };
