/** A flow to look at: the same cards and lines as in the designer, with the path of a run drawn on it. */
import { type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { GraphDocument, GraphLayout } from "@/api/documents";
import type { Box } from "./blockLayout";
import { portName } from "./describe";
import { nodeOf, outgoing } from "./document";
import "./graph.css";
import { ViewLines } from "./ViewLines";
import { directionOf, move, stopsOf } from "./navigation";
import { BranchLabel, Card, JumpCard } from "./parts";
import { type Course, type NodeTrace, type Trace, tracePath } from "./path";
import { buildScene, type Scene } from "./scene";
import { ShownLayer } from "./ShownLayer";
import { type Callout, placesOf, type ShownProblem } from "./shownProblem";
import { useSpeech } from "./useSpeech";
import { useViewScale, ZoomBar } from "./ViewScale";

export type Mark = "came" | "went" | "changed";

/** By the ids of nodes and edges. */
export interface Marks {
  nodes: ReadonlyMap<string, Mark>;
  edges: ReadonlyMap<string, Mark>;
}

export interface GraphViewProps {
  graph: GraphDocument;
  layout?: GraphLayout | undefined;
  /** Where a run has been; without it the flow itself is shown. */
  run?: Course | undefined;
  selected?: string | null | undefined;
  /** Makes the cards choosable. */
  onSelect?: ((node: string) => void) | undefined;
  /** Why a card cannot be chosen, or null: cards with a reason are dimmed and say it. */
  refusal?: ((node: string) => string | null) | undefined;
  /** What of the drawing another one does not have, or has otherwise. */
  marks?: Marks | undefined;
  /** A line under a card, such as who decided and when. */
  notes?: Readonly<Record<string, string>> | undefined;
  /** Spoken name of the drawing. */
  label: string;
  /** A problem that is drawn over it, and the words of its callouts. */
  shown?: ShownProblem | undefined;
  calloutWords?: ((callout: Callout) => string) | undefined;
  /** CSS height of the frame; the drawing scrolls inside. */
  height?: number | string | undefined;
}

export function GraphView(props: GraphViewProps): ReactElement {
  const speech = useSpeech();
  const { t } = useTranslation("graph");
  const scene = useMemo(() => buildScene(props.graph, speech), [props.graph, speech]);
  const trace = useMemo(
    () => (props.run ? tracePath(props.graph, props.run) : undefined),
    [props.graph, props.run],
  );
  const frame = useRef<HTMLDivElement>(null);
  const here = props.shown ? seenFirst(props.shown) : (currentOf(trace) ?? props.selected ?? undefined);
  const view = useViewScale(frame, scene.layout, here);
  // The stage has no size of its own, or what is shifted beside it would count as something to scroll to.
  const style = {
    transform: `scale(${view.scale}) translate(${-scene.layout.left}px, 0)`,
  };
  return (
    <div className="gv-frame" style={{ height: props.height ?? "100%" }}>
      <div
        ref={frame}
        className="gv-scroll"
        role="region"
        aria-label={props.label}
        tabIndex={props.onSelect ? -1 : 0}
      >
        <div
          style={{
            width: scene.layout.width * view.scale,
            height: scene.layout.height * view.scale,
            margin: "0 auto",
          }}
        >
          <div className="gv-stage" style={style}>
            <ViewLines scene={scene} trace={trace} marks={props.marks?.edges} />
            <Cards {...props} scene={scene} trace={trace} />
            {scene.layout.labels.map((label) => {
              const face = scene.labels.get(label.id);
              return (
                <div key={label.id} className="gv-at" style={place(label)}>
                  {face && <BranchLabel face={face} />}
                </div>
              );
            })}
            {scene.layout.jumps.map((jump) => {
              const from = nodeOf(props.graph, jump.from);
              const several = from && outgoing(props.graph, from.id).length > 1;
              const port = from && several && jump.place === "side" ? portName(from, jump.port, speech) : "";
              const title = scene.faces.get(jump.to)?.title ?? jump.to;
              return (
                <div key={jump.id} className={`gv-at is-${jump.place}`} style={place(jump)}>
                  <JumpCard text={title} port={port} back={jump.back} />
                  <span className="visually-hidden">
                    {t(jump.back ? "jump.back" : "jump.to", { step: title })}
                  </span>
                </div>
              );
            })}
            {props.shown && (
              <ShownLayer scene={scene} shown={props.shown} words={props.calloutWords ?? (() => "")} />
            )}
          </div>
        </div>
      </div>
      <ZoomBar view={view} />
    </div>
  );
}

/** Where a run comes to grief, else the first thing that a problem speaks of. */
function seenFirst(shown: ShownProblem): string | undefined {
  return shown.stuck?.node ?? shown.gateway ?? placesOf(shown)[0];
}

function currentOf(trace: Trace | undefined): string | undefined {
  for (const [id, mark] of trace?.nodes ?? []) if (mark === "current" || mark === "failed") return id;
  return undefined;
}

export function place(box: Box): { left: number; top: number; width: number; height: number } {
  return { left: box.x, top: box.y, width: box.width, height: box.height };
}

function Cards(props: GraphViewProps & { scene: Scene; trace: Trace | undefined }): ReactElement {
  const { scene, trace, onSelect } = props;
  const { t } = useTranslation("graph");
  const stops = stopsOf(props.graph).filter((stop) => stop.kind === "node");
  const [active, setActive] = useState<string>();
  const entry =
    active && scene.faces.has(active) ? active : (props.selected ?? currentOf(trace) ?? stops[0]?.id);
  const onKey = (event: KeyboardEvent<HTMLElement>, id: string): void => {
    const direction = directionOf(event.key);
    if (!direction || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    let to = move(props.graph, id, direction);
    while (!scene.faces.has(to)) {
      const further = move(
        props.graph,
        to,
        direction === "in" || direction === "last" ? "next" : direction === "out" ? "previous" : direction,
      );
      if (further === to) return;
      to = further;
    }
    setActive(to);
    const stage = event.currentTarget.closest(".gv-stage");
    stage?.querySelector<HTMLElement>(`[data-node="${CSS.escape(to)}"]`)?.focus();
  };
  return (
    <>
      {stops.map((stop) => {
        const box = scene.layout.nodes.get(stop.id);
        const face = scene.faces.get(stop.id);
        if (!box || !face) return null;
        const mark = trace?.nodes.get(stop.id);
        const refusal = props.refusal?.(stop.id) ?? null;
        const compared = props.marks?.nodes.get(stop.id);
        const state = {
          selected: props.selected === stop.id,
          trace: mark,
          dimmed: refusal !== null,
          note: props.notes?.[stop.id],
          mark: compared,
        };
        const said = [props.notes?.[stop.id], compared && t(`mark.${compared}`)].filter(Boolean).join(", ");
        const spoken = spokenName(face.title, face.kindName, mark, t, said, refusal);
        const card = <Card face={face} state={state} />;
        if (!onSelect) {
          return (
            <div key={stop.id} className="gv-at" style={place(box)} role="group" aria-label={spoken}>
              {card}
            </div>
          );
        }
        return (
          <button
            key={stop.id}
            type="button"
            className="gv-at gv-choose"
            style={place(box)}
            data-node={stop.id}
            tabIndex={entry === stop.id ? 0 : -1}
            aria-label={spoken}
            aria-pressed={props.selected === stop.id}
            aria-disabled={refusal !== null}
            onFocus={() => setActive(stop.id)}
            onKeyDown={(event) => onKey(event, stop.id)}
            onClick={() => refusal === null && onSelect(stop.id)}
          >
            {card}
          </button>
        );
      })}
    </>
  );
}

function spokenName(
  title: string,
  kind: string,
  mark: NodeTrace | undefined,
  t: (key: string) => string,
  note: string | undefined,
  refusal: string | null,
): string {
  return [title, title === kind ? "" : kind, mark ? t(`trace.${mark}`) : "", note ?? "", refusal ?? ""]
    .filter(Boolean)
    .join(", ");
}
