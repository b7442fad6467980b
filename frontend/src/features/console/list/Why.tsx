import {
  ClockCircleOutlined,
  CloseCircleFilled,
  ExclamationCircleFilled,
  SyncOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { InstanceStatus } from "@/api/types";
import { StateTag, type Tone } from "@/ui/StateTag";
import type { Standing } from "../standing";
import type { Said } from "../useStanding";
import styles from "./Console.module.css";

const STATUS_TONES: Record<InstanceStatus, Tone> = {
  running: "info",
  completed: "success",
  cancelled: "neutral",
};

export function StatusTag({ status }: { status: InstanceStatus }) {
  const { t } = useTranslation("console");
  return <StateTag tone={STATUS_TONES[status]}>{t(`status.${status}`)}</StateTag>;
}

function iconOf(why: Standing["why"]) {
  if (why === "failed") return <CloseCircleFilled aria-hidden />;
  if (why === "overdue" || why === "forgotten" || why === "unknown")
    return <ExclamationCircleFilled aria-hidden />;
  if (why === "decision") return <TeamOutlined aria-hidden />;
  return why === "activity" || why === "moving" ? (
    <SyncOutlined aria-hidden />
  ) : (
    <ClockCircleOutlined aria-hidden />
  );
}

/** Why a run stands still, in one sentence with its icon. A run that is over says so instead. */
export function Why({ said, status }: { said: Said; status: InstanceStatus }) {
  if (said.standing.why === "over") return <StatusTag status={status} />;
  return (
    <span className={styles.why} data-tone={said.tone}>
      {iconOf(said.standing.why)}
      <span>{said.sentence}</span>
    </span>
  );
}
