import { useTranslation } from "react-i18next";
import type { Task, TaskDetail } from "@/api/types";
import { isApiError } from "@/api/problem";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import { ActionBar } from "./actions/ActionBar";
import { Activity } from "./Activity";
import { useMarkRead } from "./api/readCopy";
import { useTask } from "./api/readTask";
import { Copies, CopyNote } from "./Copies";
import styles from "./Detail.module.css";
import { DetailHead } from "./DetailHead";
import { Facts } from "./Facts";
import { withFields } from "./fields/fieldFacts";
import { Outcome } from "./Outcome";
import { Resubmission } from "./Resubmission";
import { WhereItStands } from "./WhereItStands";
import { WhoIsNext } from "./WhoIsNext";
import { WhyAsked } from "./WhyAsked";

type Props = {
  id: string;
  /** What the list already knows: shown until the whole task is here. */
  preview: Task | undefined;
  readAt: number;
  onBack: (() => void) | undefined;
  onNext: (() => void) | undefined;
  onDealtWith: (id: string, said: string) => void;
  onUndone: (id: string) => void;
};

/** 403 and 404 to a task that was shown before: it went to somebody else. */
function isGone(error: unknown): boolean {
  return isApiError(error) && (error.status === 403 || error.status === 404);
}

function Content({
  task,
  read,
  gone,
  readAt,
  onBack,
  onNext,
  onDealtWith,
  onUndone,
}: Omit<Props, "id" | "preview"> & {
  task: Task;
  read: TaskDetail | undefined;
  gone: boolean;
}) {
  const { t } = useTranslation("inbox");
  useMarkRead(task.id, read);
  return (
    <div className={styles.pane}>
      <div className={styles.scroll}>
        <DetailHead task={task} readAt={readAt} onBack={onBack} />
        {gone && (
          <p role="status" className={styles.notice}>
            {t("detail.gone")}
          </p>
        )}
        <CopyNote task={read} />
        <Outcome task={task} onNext={onNext} />
        <Resubmission resubmission={read?.resubmission ?? null} />
        <Facts facts={withFields(task.subject.facts, read?.form ?? [], t)} />
        <WhereItStands task={task} />
        <WhoIsNext task={task} />
        {read && <WhyAsked task={read} />}
        <Copies task={read} />
        <Activity task={task} comments={read?.comments ?? []} loading={!read} />
      </div>
      {/* What may be done is known from the list: nobody who types fast waits for the rest to load. */}
      {!gone && task.closed_at === null && (
        <ActionBar task={task} onDealtWith={onDealtWith} onNext={onNext} onUndone={onUndone} />
      )}
    </div>
  );
}

export function TaskDetailPane({ id, preview, readAt, ...rest }: Props) {
  const { t } = useTranslation("inbox");
  const { data, error, refetch } = useTask(id);
  const retry = () => void refetch();
  const task = data?.data ?? preview;
  const gone = isGone(error);

  if (task && (data || !gone)) {
    return <Content task={task} read={data?.data} gone={gone} readAt={data?.readAt ?? readAt} {...rest} />;
  }
  if (error) return <ErrorState error={error} onRetry={retry} />;
  return (
    <Loading label={t("detail.loading")} onRetry={retry}>
      <SkeletonLines widths={["40%", "55%", "100%", "100%", "80%"]} />
    </Loading>
  );
}
