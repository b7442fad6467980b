import { Checkbox, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { InterventionKind } from "@/api/types";
import styles from "./Intervention.module.css";
import { type Draft, MIN_REASON } from "./useDraft";

const PRESETS = ["rush", "absent", "agreed", "mistake"] as const;

type Props = { kind: InterventionKind; draft: Draft; proof: string | null };

/** The reason (with ready-made ones), the proof before money moves, and the acknowledgement. */
export function ReasonFields({ kind, draft, proof }: Props) {
  const { t } = useTranslation("console");
  return (
    <>
      <div className={styles.field}>
        <label htmlFor="intervention-reason">{t("force.reason")}</label>
        <div className={styles.presets} role="group" aria-label={t("force.presets")}>
          {PRESETS.map((preset) => (
            <button key={preset} type="button" onClick={() => draft.setReason(t(`force.preset.${preset}`))}>
              {t(`force.preset.${preset}`)}
            </button>
          ))}
        </div>
        <Input.TextArea
          id="intervention-reason"
          rows={3}
          maxLength={2000}
          value={draft.reason}
          placeholder={t("force.reasonHint", { count: MIN_REASON })}
          aria-required
          aria-invalid={draft.shown.reason}
          aria-describedby="intervention-reason-trouble"
          status={draft.shown.reason ? "error" : ""}
          onChange={(event) => draft.setReason(event.target.value)}
        />
        <p id="intervention-reason-trouble" className={styles.trouble} role="alert">
          {draft.shown.reason && t("force.reasonShort", { count: MIN_REASON })}
        </p>
      </div>
      {proof !== null && (
        <div className={styles.field}>
          <label htmlFor="intervention-proof">{t("force.proof", { digits: "····" })}</label>
          <Input
            id="intervention-proof"
            className={styles.proof ?? ""}
            value={draft.proof}
            maxLength={8}
            autoComplete="off"
            aria-required
            aria-invalid={draft.shown.proof}
            aria-describedby="intervention-proof-trouble"
            status={draft.shown.proof ? "error" : ""}
            onChange={(event) => draft.setProof(event.target.value)}
          />
          <p id="intervention-proof-trouble" className={styles.trouble} role="alert">
            {draft.shown.proof && t("force.proofWrong")}
          </p>
        </div>
      )}
      <div className={styles.field}>
        <Checkbox
          id="intervention-ack"
          checked={draft.ack}
          aria-invalid={draft.shown.ack}
          onChange={(event) => draft.setAck(event.target.checked)}
        >
          {t(`force.ack.${kind}`)}
        </Checkbox>
        <p className={styles.trouble} role="alert">
          {draft.shown.ack && t("force.ackMissing")}
        </p>
      </div>
    </>
  );
}
