import { StopOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { StateTag, type Tone } from "@/ui/StateTag";

const TONES: Record<string, Tone> = {
  approved: "success",
  rejected: "danger",
  timed_out: "warning",
  cancelled: "neutral",
  returned: "warning",
  submitted: "success",
};
const ICONS: Record<string, React.ReactNode> = {
  cancelled: <StopOutlined aria-hidden />,
};

/** How a task stands: open at its step, or how it ended. */
export function TaskStatus({ task }: { task: Task }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  if (task.closed_at === null) {
    return <StateTag tone="info">{t("status.openAt", { step: local(task.title) })}</StateTag>;
  }
  const outcome = task.outcome ?? task.status;
  return (
    <StateTag tone={TONES[outcome] ?? "neutral"} icon={ICONS[outcome]}>
      {t([`status.${outcome}`, "status.closed"])}
    </StateTag>
  );
}
