/** Two drawings of a flow side by side: what came, went and changed, as sentences and as marks. */
import { type ReactElement, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { GraphDocument } from "@/api/documents";
import type { Comparison } from "@/api/types";
import { GraphView, type Mark, type Marks } from "@/graph/GraphView";
import { useLocal } from "@/i18n/local";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { type Side, useComparison } from "../api/comparison";
import { useDefinition } from "../api/definitions";
import { useDraft } from "../api/draft";
import { useVersion } from "../api/versions";
import { ChangeList } from "../changes/ChangeList";
import { useChangeText } from "../changes/useChangeText";
import styles from "./Versions.module.css";

const EMPTY: GraphDocument = { format: 1, variables: [], nodes: [], edges: [] };

export function ComparePage(): ReactElement {
  const { t } = useTranslation("designer");
  const { id = "", from = "", to = "" } = useParams();
  const local = useLocal();
  const definition = useDefinition(id);
  const title = local(definition.data?.title);
  usePage([
    { label: t("title"), to: "/flows" },
    { label: title || "…", to: `/flows/${id}` },
    { label: t("bar.versions"), to: `/flows/${id}/versions` },
    { label: t("versions.compare") },
  ]);
  const sides: [Side, Side] = [sideOf(from), sideOf(to)];
  const found = useComparison(id, ...sides);
  const live = definition.data?.live_version ?? null;
  const before = useDrawing(id, sides[0], live);
  const after = useDrawing(id, sides[1], live);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending || !before || !after) return <Loading label={t("versions.comparing")} />;
  const names = sides.map((side) =>
    typeof side === "number" ? t("versions.side.version", { version: side }) : t(`versions.side.${side}`),
  );
  return (
    <Compared
      key={`${from} ${to}`}
      id={id}
      comparison={found.data}
      before={{ name: t("versions.before", { side: names[0] }), graph: before }}
      after={{ name: t("versions.after", { side: names[1] }), graph: after }}
      swapped={`/flows/${id}/compare/${to}/${from}`}
    />
  );
}

function sideOf(text: string): Side {
  return text === "draft" || text === "live" || text === "nothing" ? text : Number(text);
}

/** Undefined while it is being read. */
function useDrawing(id: string, side: Side, live: number | null): GraphDocument | undefined {
  const number = typeof side === "number" ? side : side === "live" ? live : null;
  const version = useVersion(id, number);
  const draft = useDraft(id, side === "draft");
  if (side === "nothing") return EMPTY;
  return side === "draft" ? draft.data?.graph : version.data?.graph;
}

interface Drawing {
  name: string;
  graph: GraphDocument;
}

interface ComparedProps {
  id: string;
  comparison: Comparison;
  before: Drawing;
  after: Drawing;
  swapped: string;
}

function Compared({ id, comparison, before, after, swapped }: ComparedProps): ReactElement {
  const { t } = useTranslation("designer");
  const [chosen, setChosen] = useState<string | null>(null);
  const variables = useMemo(
    () => [...after.graph.variables, ...before.graph.variables],
    [after.graph, before.graph],
  );
  const say = useChangeText(variables);
  const { changes } = comparison;
  return (
    <div className={styles.compare}>
      <section className={styles.changes} aria-label={t("versions.compare")} data-region>
        <div className={styles.head}>
          <h1 className={styles.title}>{t("versions.changes", { count: changes.length })}</h1>
          <div className={styles.actions}>
            <Link to={swapped}>{t("versions.swap")}</Link>
            <Link to={`/flows/${id}/versions`}>{t("versions.back")}</Link>
          </div>
        </div>
        {changes.length === 0 ? (
          <p className={styles.equal}>{t("versions.equal")}</p>
        ) : (
          <ChangeList changes={changes} say={say} selected={chosen} onSelect={setChosen} />
        )}
      </section>
      <Half drawing={before} marks={marksOf(comparison, "removed")} chosen={chosen} />
      <Half drawing={after} marks={marksOf(comparison, "added")} chosen={chosen} />
    </div>
  );
}

function Half({
  drawing,
  marks,
  chosen,
}: {
  drawing: Drawing;
  marks: Marks;
  chosen: string | null;
}): ReactElement {
  const { t } = useTranslation("designer");
  return (
    <section className={styles.half} aria-label={drawing.name} data-region>
      <h2 className={styles.halfTitle}>{drawing.name}</h2>
      <div className={styles.frame}>
        {drawing.graph.nodes.length > 0 && (
          <GraphView
            graph={drawing.graph}
            marks={marks}
            selected={chosen}
            label={t("view.label", { title: drawing.name })}
          />
        )}
      </div>
    </section>
  );
}

/** What only this side has, and what both have otherwise. */
function marksOf(comparison: Comparison, only: "added" | "removed"): Marks {
  const of = (parts: Comparison["nodes"]): Map<string, Mark> =>
    new Map<string, Mark>([
      ...parts[only].map((id) => [id, only === "added" ? "came" : "went"] as const),
      ...parts.changed.map((id) => [id, "changed"] as const),
    ]);
  return { nodes: of(comparison.nodes), edges: of(comparison.edges) };
}
