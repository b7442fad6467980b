/** In which version a run goes on, and where for steps that this version no longer has. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { GraphDocument } from "@/api/documents";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import type { Run } from "../api/instance";
import { useVersions } from "../api/versions";
import { useSteps } from "@/graph/useSteps";
import { currentNodes } from "../standing";
import styles from "./Intervention.module.css";

type Props = {
  run: Run;
  version: number | null;
  onVersion: (version: number) => void;
  /** The drawing of the chosen version, once it is there. */
  arriving: GraphDocument | null;
  mapping: Record<string, string>;
  onMap: (node: string, to: string | null) => void;
};

export function VersionFields({ run, version, onVersion, arriving, mapping, onMap }: Props) {
  const { t } = useTranslation("console");
  const found = useVersions(run.definition.id, true);
  const here = useSteps(run.graph);
  const there = useSteps(arriving ?? run.graph);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <Loading label={t("force.versionHint")} />;
  const others = found.data.results.filter(
    (one) => one.version !== run.version && one.status !== "withdrawn",
  );
  const gone =
    arriving === null ? [] : currentNodes(run).filter((id) => !arriving.nodes.some((node) => node.id === id));
  return (
    <>
      <div className={styles.field}>
        <label htmlFor="intervention-version">{t("force.version")}</label>
        <Select
          id="intervention-version"
          value={version}
          placeholder={t("force.versionHint")}
          notFoundContent={t("force.noVersions")}
          onChange={(chosen: number | null) => chosen !== null && onVersion(chosen)}
          options={others.map((one) => ({
            value: one.version,
            label: one.note
              ? t("force.versionOption", { version: one.version, note: one.note })
              : `v${one.version}`,
          }))}
        />
      </div>
      {gone.map((id) => (
        <div key={id} className={styles.field}>
          <label htmlFor={`intervention-place-${id}`}>
            {t("force.place", { step: here.title(id), version })}
          </label>
          <Select
            id={`intervention-place-${id}`}
            showSearch={{ optionFilterProp: "label" }}
            allowClear
            value={mapping[id] ?? null}
            placeholder={t("force.placeHint")}
            onChange={(to: string | null | undefined) => onMap(id, to ?? null)}
            options={(arriving?.nodes ?? [])
              .filter((node) => node.type !== "start")
              .map((node) => ({ value: node.id, label: there.title(node.id) }))}
          />
        </div>
      ))}
    </>
  );
}
