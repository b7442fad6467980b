import { ClockCircleOutlined, ExclamationCircleFilled, PauseCircleOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { currentLanguage } from "@/i18n";
import { useLocal } from "@/i18n/local";
import styles from "./Countdown.module.css";
import { formatFull } from "./dateFormat";
import { type Deadline, deadlineOf, type TaskClock } from "./deadline";
import { deadlineWords } from "./deadlineWords";
import { formatDuration } from "./duration";
import { useNow } from "./now";

/** What happens when the time is over: `到点转「部门负责人备选组」`. Empty when nothing does. */
export function useConsequence(): (does: Task["due_does"], short?: boolean) => string {
  const { t } = useTranslation("ui");
  const local = useLocal();
  return (does, short = false) => {
    if (!does) return "";
    const to = does.to.map((one) => local(one.name)).join(t("list.comma"));
    return t(`${short ? "consequenceShort" : "consequence"}.${does.do}`, { to });
  };
}

type Props = {
  clock: TaskClock;
  readAt: number;
  /** For a row of a list, in as few words as it takes: `剩 18 分钟(工作时间) → 转「备选组」`. */
  short?: boolean;
};

const LOOKS = {
  overdue: { tone: "danger", Icon: ExclamationCircleFilled },
  paused: { tone: "calm", Icon: PauseCircleOutlined },
  urgent: { tone: "warning", Icon: ClockCircleOutlined },
  left: { tone: "calm", Icon: ClockCircleOutlined },
} as const;

function lookOf(deadline: Deadline) {
  if (deadline.kind === "none") return null;
  return LOOKS[deadline.kind === "left" && deadline.urgent ? "urgent" : deadline.kind];
}

/** What follows the time: how much is left of a paused clock, and what happens at its end. */
function useSequel(): (deadline: Deadline, clock: TaskClock, short: boolean) => string[] {
  const { t } = useTranslation("ui");
  const tell = useConsequence();
  return (deadline, clock, short) => {
    if (deadline.kind === "overdue") return [];
    const left =
      deadline.kind === "paused" && deadline.seconds !== null && !short
        ? t("countdown.stillLeft", { time: formatDuration(deadline.seconds, t) })
        : "";
    return [left, tell(clock.due_does, short)].filter(Boolean);
  };
}

/** Time left with what happens then; names the kind of clock, says when it is paused or over. */
export function Countdown({ clock, readAt, short = false }: Props) {
  const { t } = useTranslation("ui");
  const sequel = useSequel();
  const now = useNow();
  const deadline = deadlineOf(clock, readAt, now);
  const look = lookOf(deadline);
  if (!look || !clock.due_at) return null;
  const due = formatFull(new Date(clock.due_at), currentLanguage());
  return (
    <span className={styles.clock} data-tone={look.tone} title={t("countdown.dueAt", { at: due })}>
      <look.Icon aria-hidden />
      <span className="num">{deadlineWords(deadline, clock, now, t, short)}</span>
      {sequel(deadline, clock, short).map((text) => (
        <span key={text} className={styles.then}>
          {short ? `→ ${text}` : `· ${text}`}
        </span>
      ))}
    </span>
  );
}
