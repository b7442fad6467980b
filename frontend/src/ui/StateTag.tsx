import {
  CheckCircleFilled,
  ClockCircleFilled,
  CloseCircleFilled,
  ExclamationCircleFilled,
  InfoCircleFilled,
} from "@ant-design/icons";
import type { ComponentType, ReactNode } from "react";
import styles from "./StateTag.module.css";

export type Tone = "neutral" | "info" | "success" | "warning" | "danger";

const ICONS: Record<Tone, ComponentType<{ "aria-hidden"?: boolean }>> = {
  neutral: InfoCircleFilled,
  info: ClockCircleFilled,
  success: CheckCircleFilled,
  warning: ExclamationCircleFilled,
  danger: CloseCircleFilled,
};

/** A state as icon and word; the colour only repeats what both say. */
export function StateTag({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <span className={styles.tag} data-tone={tone}>
      {icon ?? <Icon aria-hidden />}
      <span>{children}</span>
    </span>
  );
}
