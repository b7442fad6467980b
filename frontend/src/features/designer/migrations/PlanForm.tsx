/** From which version to which, and where for steps that are gone; then the dry run. */
import { Alert, Button, Select } from "antd";
import { type ReactElement, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { NewMigration, VersionSummary } from "@/api/types";
import { useProblemText } from "@/ui/problemText";
import { planMigration, useMigrationAct } from "../api/migrations";
import styles from "./Migrations.module.css";
import { StepMapping } from "./StepMapping";

interface PlanFormProps {
  flow: string;
  versions: readonly VersionSummary[];
  from: number | null;
}

export function PlanForm({ flow, versions, from }: PlanFormProps): ReactElement {
  const { t } = useTranslation("migration");
  const id = useId();
  const navigate = useNavigate();
  const aim = useAim(versions, from);
  const plan = useMigrationAct(flow, (wanted: NewMigration) => planMigration(flow, wanted));
  const { source, target, mapping } = aim;
  const others = versions.filter((one) => one.version !== source && one.status !== "withdrawn");
  if (versions.length < 2) return <Alert type="info" showIcon title={t("oneVersion")} />;
  return (
    <section className={styles.box} aria-labelledby={`${id}-new`}>
      <h2 id={`${id}-new`}>{t("new")}</h2>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (source === null || target === null) return;
          plan.mutate(
            { from_version: source, to_version: target, mapping },
            { onSuccess: (made) => void navigate(`/flows/${flow}/migrations/${made.id}`) },
          );
        }}
      >
        <VersionField label={t("from")} versions={versions} value={source} onChange={aim.leave} />
        <VersionField label={t("to")} versions={others} value={target} onChange={aim.reach} />
        {source !== null && target !== null && (
          <StepMapping flow={flow} from={source} to={target} mapping={mapping} onMap={aim.map} />
        )}
        <Refused error={plan.error} />
        <div className={styles.actions}>
          <Button
            type="primary"
            htmlType="submit"
            loading={plan.isPending}
            disabled={source === null || target === null}
          >
            {t("dryRun")}
          </Button>
          <span className="muted">{t("dryRunHelp")}</span>
        </div>
      </form>
    </section>
  );
}

/** From where to where, and the places of the steps that are gone: chosen anew for other versions. */
function useAim(versions: readonly VersionSummary[], from: number | null) {
  const [source, setSource] = useState<number | null>(() => firstSource(versions, from));
  const [target, setTarget] = useState<number | null>(() => firstTarget(versions, source));
  const [mapping, setMapping] = useState<Record<string, string>>({});
  return {
    source,
    target,
    mapping,
    leave: (version: number | null) => {
      setSource(version);
      if (version === target) setTarget(null);
      setMapping({});
    },
    reach: (version: number | null) => {
      setTarget(version);
      setMapping({});
    },
    map: (node: string, place: string | null) => {
      const others = Object.entries(mapping).filter(([one]) => one !== node);
      setMapping(Object.fromEntries(place === null ? others : [...others, [node, place]]));
    },
  };
}

interface VersionFieldProps {
  label: string;
  versions: readonly VersionSummary[];
  value: number | null;
  onChange: (version: number | null) => void;
}

function VersionField({ label, versions, value, onChange }: VersionFieldProps): ReactElement {
  const { t } = useTranslation("migration");
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <Select
        id={id}
        value={value}
        placeholder={t("choose")}
        options={versions.map(({ version, running, note }) => ({
          value: version,
          label: t("version", { version, count: running, note }),
        }))}
        onChange={onChange}
      />
    </div>
  );
}

function Refused({ error }: { error: unknown }): ReactElement | null {
  const tell = useProblemText();
  return error === null ? null : <Alert type="error" showIcon role="alert" title={tell(error)} />;
}

/** The oldest version with runs that is not live, unless one was asked for. */
function firstSource(versions: readonly VersionSummary[], from: number | null): number | null {
  if (from !== null && versions.some((one) => one.version === from)) return from;
  const busy = versions.filter((one) => one.running > 0 && one.status !== "live");
  return busy.at(-1)?.version ?? null;
}

function firstTarget(versions: readonly VersionSummary[], source: number | null): number | null {
  const live = versions.find((one) => one.status === "live");
  return live && live.version !== source ? live.version : null;
}
