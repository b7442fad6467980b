import { useTranslation } from "react-i18next";
import type { Task, TaskComment } from "@/api/types";
import { DateTime } from "@/ui/DateTime";
import { SkeletonLines } from "@/ui/Loading";
import { StateTag, type Tone } from "@/ui/StateTag";
import styles from "./Detail.module.css";
import { SectionTitle } from "./SectionTitle";

type Entry = {
  key: string;
  at: string;
  who: string;
  outcome: string | null;
  behalf: string | null;
  /** What counted it, if nobody gave it here. */
  rule: "timer" | "same" | null;
  text: string | null;
};

/** Votes and comments in the order in which they came. */
function entriesOf(task: Task, comments: TaskComment[]): Entry[] {
  const votes = task.votes.map((vote, index) => ({
    key: `vote-${index}`,
    at: vote.at,
    who: vote.user.display_name,
    outcome: vote.outcome,
    behalf: vote.on_behalf_of?.name ?? null,
    rule: vote.source === "timer" || vote.source === "same" ? vote.source : null,
    text: vote.comment || null,
  }));
  const said = comments.map((comment, index) => ({
    key: `comment-${index}`,
    at: comment.at,
    who: comment.actor.display_name,
    outcome: null,
    behalf: null,
    rule: null,
    text: comment.text,
  }));
  return [...votes, ...said].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

const TONES: Record<string, Tone> = { approved: "success", rejected: "danger", returned: "warning" };

function VoteTag({ outcome }: { outcome: string }) {
  const { t } = useTranslation("inbox");
  return <StateTag tone={TONES[outcome] ?? "neutral"}>{t([`status.${outcome}`, "status.closed"])}</StateTag>;
}

export function Activity({
  task,
  comments,
  loading,
}: {
  task: Task;
  comments: TaskComment[];
  loading: boolean;
}) {
  const { t } = useTranslation("inbox");
  const entries = entriesOf(task, comments);
  return (
    <section className={styles.section} aria-labelledby="activity-title">
      <SectionTitle id="activity-title">{t("activity.title")}</SectionTitle>
      {loading && entries.length === 0 && <SkeletonLines widths={["50%"]} />}
      {!loading && entries.length === 0 && <p className="muted">{t("activity.none")}</p>}
      <ol className={styles.activity}>
        {entries.map((entry) => (
          <li key={entry.key}>
            <span className={styles.avatar} aria-hidden>
              {entry.who.slice(0, 1)}
            </span>
            <div>
              <p className={styles.activityHead}>
                <strong>{entry.who}</strong>
                {entry.outcome && <VoteTag outcome={entry.outcome} />}
                {entry.behalf && <span>{t("ui:behalf.acting", { name: entry.behalf })}</span>}
                {entry.rule && <span className="muted">{t(`activity.by.${entry.rule}`)}</span>}
                <span className="muted">
                  <DateTime at={entry.at} />
                </span>
              </p>
              {entry.text && <p className={styles.said}>{entry.text}</p>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
