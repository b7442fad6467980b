/** Which step of the old version goes on as which of the new: by id where it is still there, by choice where not. */
import { Select } from "antd";
import { type ReactElement, useId } from "react";
import { useTranslation } from "react-i18next";
import type { GraphDocument } from "@/api/documents";
import { useSteps } from "@/graph/useSteps";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { useVersion } from "../api/versions";
import styles from "./Migrations.module.css";

/** Nobody ever waits there. */
const PASSED = new Set(["start", "end"]);

interface StepMappingProps {
  flow: string;
  from: number;
  to: number;
  mapping: Record<string, string>;
  onMap: (node: string, to: string | null) => void;
}

export function StepMapping(props: StepMappingProps): ReactElement {
  const { t } = useTranslation("migration");
  const old = useVersion(props.flow, props.from);
  const next = useVersion(props.flow, props.to);
  for (const query of [old, next])
    if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!old.data || !next.data) return <Loading label={t("comparing")} />;
  return <Places {...props} old={old.data.graph} next={next.data.graph} />;
}

type PlacesProps = StepMappingProps & { old: GraphDocument; next: GraphDocument };

function Places({ old, next, from, to, mapping, onMap }: PlacesProps): ReactElement {
  const { t } = useTranslation("migration");
  const id = useId();
  const here = useSteps(old);
  const there = useSteps(next);
  const stops = old.nodes.filter((node) => !PASSED.has(node.type));
  const gone = stops.filter((node) => !next.nodes.some((one) => one.id === node.id));
  const places = next.nodes
    .filter((node) => node.type !== "start")
    .map((node) => ({ value: node.id, label: there.title(node.id) }));
  return (
    <fieldset className={styles.steps}>
      <legend>{t("steps.title")}</legend>
      <p>{t("steps.same", { count: stops.length - gone.length })}</p>
      {gone.length > 0 && <p>{t("steps.gone", { count: gone.length, version: to })}</p>}
      {gone.map((node) => (
        <div key={node.id} className={styles.field}>
          <label htmlFor={`${id}-${node.id}`}>
            {t("steps.place", { step: here.title(node.id), version: from })}
          </label>
          <Select
            id={`${id}-${node.id}`}
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            value={mapping[node.id] ?? null}
            placeholder={t("steps.stay", { version: from })}
            options={places}
            onChange={(place: string | null | undefined) => onMap(node.id, place ?? null)}
          />
        </div>
      ))}
    </fieldset>
  );
}
