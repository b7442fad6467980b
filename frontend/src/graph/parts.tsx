/** What stands on the drawing: cards, branch labels, jump cards. They only show; who holds them decides what a click does. */
import type { ReactElement, ReactNode } from "react";
import type { BranchFace, NodeFace } from "./describe";
import { NodeIcon } from "./NodeIcon";
import type { NodeTrace } from "./path";

export interface CardState {
  selected?: boolean;
  trace?: NodeTrace | undefined;
  /** Number of problems and whether one of them blocks publishing. */
  problems?: { count: number; blocking: boolean } | undefined;
  dimmed?: boolean;
  /** How it compares with another drawing. */
  mark?: "came" | "went" | "changed" | undefined;
  note?: string | undefined;
}

export function Card({
  face,
  state,
  handle,
}: {
  face: NodeFace;
  state: CardState;
  handle?: ReactNode;
}): ReactElement {
  return (
    <div className={classesOf(face, state)}>
      <div className="gv-card-head">
        <span className="gv-card-icon">
          <NodeIcon name={face.icon} />
        </span>
        <span className="gv-card-title" title={face.title}>
          {face.title}
        </span>
        {state.mark && <ComparedMark mark={state.mark} />}
        {state.trace && <TraceMark trace={state.trace} />}
        {state.problems && <ProblemBadge {...state.problems} />}
        {handle}
      </div>
      {(face.missing ?? face.sentence) && (
        <div className="gv-card-sentence" title={face.missing ?? face.sentence}>
          {face.missing ?? face.sentence}
        </div>
      )}
      {face.chips.map((chip) => (
        <div key={chip.text} className="gv-chip" title={chip.text}>
          <NodeIcon name={chip.kind === "timeout" ? "clock" : "back"} size={12} />
          <span>{chip.text}</span>
        </div>
      ))}
      {state.note && <div className="gv-note">{state.note}</div>}
    </div>
  );
}

function classesOf(face: NodeFace, state: CardState): string {
  return [
    "gv-card",
    `gv-${face.accent}`,
    state.selected && "is-selected",
    state.trace && `is-${state.trace}`,
    state.mark && `is-${state.mark}`,
    state.dimmed && "is-dimmed",
    face.missing && "is-missing",
  ]
    .filter(Boolean)
    .join(" ");
}

function ComparedMark({ mark }: { mark: NonNullable<CardState["mark"]> }): ReactElement {
  return (
    <span className={`gv-sign is-${mark}`} aria-hidden="true">
      {SIGNS[mark]}
    </span>
  );
}

const SIGNS = { came: "+", went: "−", changed: "~" };

const MARKS: Partial<Record<NodeTrace, string>> = {
  done: "done",
  current: "current",
  failed: "failed",
  forced: "forced",
};

function TraceMark({ trace }: { trace: NodeTrace }): ReactElement | null {
  const icon = MARKS[trace];
  if (!icon) return null;
  return (
    <span className={`gv-mark gv-mark-${trace}`}>
      <NodeIcon name={icon} size={14} />
    </span>
  );
}

function ProblemBadge({ count, blocking }: { count: number; blocking: boolean }): ReactElement {
  return (
    <span className={blocking ? "gv-badge is-error" : "gv-badge is-warning"} aria-hidden="true">
      {blocking ? "!" : "i"}
      {count > 1 ? count : ""}
    </span>
  );
}

export function BranchLabel({ face, selected }: { face: BranchFace; selected?: boolean }): ReactElement {
  const classes = ["gv-branch"];
  if (selected) classes.push("is-selected");
  if (face.missing) classes.push("is-missing");
  return (
    <div className={classes.join(" ")}>
      <div className="gv-branch-name">
        {face.rank !== null && <span className="gv-rank">{face.rank}</span>}
        <span title={face.name}>{face.name}</span>
      </div>
      {(face.missing ?? face.condition) && (
        <div className="gv-branch-when" title={face.missing ?? face.condition}>
          {face.missing ?? face.condition}
        </div>
      )}
    </div>
  );
}

export function JumpCard(props: {
  text: string;
  port: string;
  back: boolean;
  selected?: boolean;
}): ReactElement {
  return (
    <div
      className={props.selected ? "gv-jump is-selected" : "gv-jump"}
      title={`${props.port} ${props.text}`.trim()}
    >
      {props.port && <span className="gv-jump-port">{props.port}</span>}
      <NodeIcon name={props.back ? "back" : "jump"} size={13} />
      <span className="gv-jump-to">{props.text}</span>
    </div>
  );
}
