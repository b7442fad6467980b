import { Alert, Button, Modal } from "antd";
import { useTranslation } from "react-i18next";
import type { InterventionKind } from "@/api/types";
import { GraphView } from "@/graph/GraphView";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { usePhone } from "@/ui/useMediaQuery";
import type { Run } from "../api/instance";
import { useSubjectTitle } from "../subjectTitle";
import { useConsoleProblem } from "../useConsoleProblem";
import { Effects } from "./Effects";
import { Hindrances } from "./Hindrances";
import styles from "./Intervention.module.css";
import { ReasonFields } from "./ReasonFields";
import { TargetSelect, useNotEarlier, useRefusal } from "./TargetSelect";
import { useIntervention } from "./useIntervention";
import { VersionFields } from "./VersionFields";

type Props = { kind: InterventionKind; run: Run; onClose: () => void };

/** Leads to the first thing that is still missing. */
function focusMissing(missing: { reason: boolean; proof: boolean }) {
  const id = missing.reason ? "reason" : missing.proof ? "proof" : "ack";
  document.getElementById(`intervention-${id}`)?.focus();
}

/** What is said as long as nothing can be previewed. */
const UNDECIDED = {
  "force-advance": "force.chooseFirst",
  return: "force.chooseEarlier",
  migrate: "force.chooseVersion",
  retry: "force.nothingToRetry",
  skip: "force.nothingToSkip",
  cancel: "force.previewing",
} as const satisfies Record<InterventionKind, string>;

/** What is asked first. */
const FIRST_FIELD: Partial<Record<InterventionKind, string>> = {
  "force-advance": "intervention-target",
  return: "intervention-target",
  migrate: "intervention-version",
};

type Work = ReturnType<typeof useIntervention>;

function Consequences({ kind, run, work }: { kind: InterventionKind; run: Run; work: Work }) {
  const { t } = useTranslation("console");
  const tell = useConsoleProblem();
  if (work.wanted === null) {
    return <p className="muted">{t(UNDECIDED[kind])}</p>;
  }
  if (work.preview.error)
    return (
      <Alert
        type="error"
        showIcon
        title={tell(work.preview.error)}
        description={<Hindrances error={work.preview.error} run={run} />}
      />
    );
  if (work.shown) return <Effects preview={work.shown} run={run} arriving={work.arriving} />;
  return (
    <Loading label={t("force.previewing")}>
      <SkeletonLines widths={["70%", "60%"]} />
    </Loading>
  );
}

/** One dialog, never a wizard: where to, what will happen, why, and the one button that does it. */
export function InterventionDialog({ kind, run, onClose }: Props) {
  const { t } = useTranslation("console");
  const titleOf = useSubjectTitle();
  const tell = useConsoleProblem();
  const phone = usePhone();
  const refusal = useRefusal(run);
  const notEarlier = useNotEarlier(run);
  const work = useIntervention(kind, run, onClose);
  const forced = kind === "force-advance";
  const wide = forced && !phone;
  const title = `${t(`force.title.${kind}`)} · ${titleOf(run.subject)}`;
  const submit = () => {
    work.submit();
    if (!work.draft.complete) focusMissing(work.draft.missing);
  };
  return (
    <Modal
      open
      onCancel={onClose}
      title={title}
      width={wide ? 1040 : 600}
      centered
      mask={{ closable: false }}
      afterOpenChange={(open) => {
        if (open) document.getElementById(FIRST_FIELD[kind] ?? "intervention-reason")?.focus();
      }}
      footer={
        <>
          <span className={styles.forGood}>{t("force.forGood")}</span>
          <Button onClick={onClose}>{t("force.back")}</Button>
          <Button type="primary" danger loading={work.busy} disabled={!work.shown} onClick={submit}>
            {t(`force.title.${kind}`)}
          </Button>
        </>
      }
    >
      <div className={styles.body} data-wide={wide}>
        {wide && (
          <div className={styles.drawing}>
            <GraphView
              graph={run.graph}
              layout={run.layout}
              run={run}
              selected={work.target}
              onSelect={work.chooseTarget}
              refusal={refusal}
              label={t("force.drawing")}
            />
          </div>
        )}
        <div className={styles.form}>
          {(forced || kind === "return") && (
            <TargetSelect
              run={run}
              target={work.target}
              refusal={forced ? refusal : notEarlier}
              onTarget={work.chooseTarget}
            />
          )}
          {kind === "migrate" && (
            <VersionFields
              run={run}
              version={work.version}
              onVersion={work.chooseVersion}
              arriving={work.arriving}
              mapping={work.mapping}
              onMap={work.mapTo}
            />
          )}
          {work.stale && <Alert type="warning" showIcon role="alert" title={t("force.stale")} />}
          <section className={styles.happens} aria-live="polite">
            <h2>{t("force.effects")}</h2>
            <Consequences kind={kind} run={run} work={work} />
          </section>
          <ReasonFields kind={kind} draft={work.draft} proof={work.proof} />
          {work.problem && <Alert type="error" showIcon role="alert" title={tell(work.problem)} />}
        </div>
      </div>
    </Modal>
  );
}
