import { TeamOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { TaskLine, TaskTrace, TaskVote } from "@/api/types";
import { PathAhead } from "@/graph/PathAhead";
import { useAhead } from "@/graph/useAhead";
import { useStepName } from "@/graph/useSteps";
import { useLocal } from "@/i18n/local";
import { useConsequence } from "@/ui/Countdown";
import { DateTime } from "@/ui/DateTime";
import { EmptyState } from "@/ui/EmptyState";
import { StateTag, type Tone } from "@/ui/StateTag";
import { VoteStanding } from "@/ui/VoteStanding";
import { WhyThese } from "@/ui/WhyThese";
import type { Run } from "../api/instance";
import { useReasons } from "../api/reasons";
import { isOpen } from "../standing";
import { useHolders } from "../useStanding";
import styles from "./Instance.module.css";

const TONES: Record<string, Tone> = { approved: "success", rejected: "danger", timed_out: "warning" };

function Vote({ vote }: { vote: TaskVote }) {
  const { t } = useTranslation("console");
  return (
    <li>
      <StateTag tone={TONES[vote.outcome] ?? "neutral"}>
        {t(`outcome.${vote.outcome}`, { defaultValue: vote.outcome })}
      </StateTag>
      <strong>{vote.user.display_name}</strong>
      {vote.on_behalf_of && <span>{t("ui:behalf.acting", { name: vote.on_behalf_of.name })}</span>}
      <DateTime at={vote.at} />
      {vote.comment && <span className={styles.comment}>{vote.comment}</span>}
    </li>
  );
}

/** How far the votes have come, while they count, and what was said. */
function Votes({ task, open }: { task: TaskLine; open: boolean }) {
  const { t } = useTranslation("console");
  return (
    <>
      {open && task.standing && <VoteStanding standing={task.standing} />}
      {task.votes.length > 0 && (
        <ul className={styles.votes} aria-label={t("people.votes")}>
          {task.votes.map((vote) => (
            <Vote key={`${vote.user.display_name} ${vote.at}`} vote={vote} />
          ))}
        </ul>
      )}
    </>
  );
}

type BlockProps = { task: TaskLine; traces: readonly TaskTrace[]; stepName: (id: string) => string };

function TaskBlock({ task, traces, stepName }: BlockProps) {
  const { t } = useTranslation("console");
  const local = useLocal();
  const holders = useHolders();
  const consequence = useConsequence();
  const open = isOpen(task);
  const mayOpen = hasRole(useCurrentUser(), "approver", "supervisor");
  const outcome = task.status;
  return (
    <li className={styles.task}>
      <div className={styles.taskHead}>
        <h2>{local(task.title)}</h2>
        <StateTag tone={open ? "info" : (TONES[outcome] ?? "neutral")}>
          {t(open ? "people.open" : `outcome.${outcome}`, { defaultValue: outcome })}
        </StateTag>
        <span className="muted">{t(`people.mode.${task.mode}`, { defaultValue: task.mode })}</span>
      </div>
      {open && (
        <p>
          {t("people.waitsFor")} <strong>{holders(task)}</strong>
        </p>
      )}
      {open && task.due_at && (
        <p>
          {t("people.due")} <DateTime at={task.due_at} />
          {task.due_does && <span className="muted"> · {consequence(task.due_does)}</span>}
        </p>
      )}
      {open && mayOpen && (
        <p>
          <Link to={`/inbox/${task.id}`}>{t("people.openTask")}</Link>
        </p>
      )}
      <Votes task={task} open={open} />
      <WhyThese traces={traces} stepName={stepName} />
      <p className={styles.small}>
        {t("people.opened")} <DateTime at={task.opened_at} />
        {task.closed_at && (
          <>
            {" · "}
            {t("people.closed")} <DateTime at={task.closed_at} />
          </>
        )}
      </p>
    </li>
  );
}

/** Whom the run would still ask, by the values and the people of now. */
function Next({ run }: { run: Run }) {
  const { t } = useTranslation("console");
  const running = run.status === "running";
  const { data } = useAhead(run.id, run.tokens.map((one) => `${one.node} ${one.visit}`).join(), running);
  if (!running || !data || data.stops.length === 0) return null;
  return (
    <section className={styles.ahead}>
      <h2>{t("graph:ahead.title")}</h2>
      <PathAhead ahead={data} />
    </section>
  );
}

/** Who is asked and who answered, the open questions first. */
export function PeopleTab({ run }: { run: Run }) {
  const { t } = useTranslation("console");
  const { tasks } = run;
  const stepName = useStepName(run.graph);
  const reasons = useReasons(run.id, run.status === "running");
  if (tasks.length === 0) {
    return (
      <>
        <EmptyState picture={<TeamOutlined />} title={t("people.nobody")}>
          {t("people.nobodyWhy")}
        </EmptyState>
        <Next run={run} />
      </>
    );
  }
  const sorted = [...tasks].sort(
    (a, b) => Number(isOpen(b)) - Number(isOpen(a)) || Date.parse(b.opened_at) - Date.parse(a.opened_at),
  );
  return (
    <>
      <ul className={styles.tasks}>
        {sorted.map((task) => (
          <TaskBlock
            key={task.id}
            task={task}
            traces={reasons.data?.results.find((one) => one.task === task.id)?.trace ?? []}
            stepName={stepName}
          />
        ))}
      </ul>
      <Next run={run} />
    </>
  );
}
