import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Task, TaskBox } from "@/api/types";
import { ErrorState } from "@/ui/ErrorState";
import { Loading, SkeletonLines } from "@/ui/Loading";
import type { useTaskList } from "./api/listTasks";
import type { Chosen } from "./batch/useChosen";
import { EmptyBox } from "./EmptyBox";
import type { Filters } from "./filters/filters";
import styles from "./Inbox.module.css";
import { TaskRow } from "./TaskRow";
import { addressOf } from "./useInboxAddress";

type Props = {
  list: ReturnType<typeof useTaskList>;
  rows: Task[];
  readAt: number;
  box: TaskBox;
  filters: Filters;
  selected: string | null;
  chosen: Chosen | undefined;
};

function Waiting() {
  return ["70%", "64%", "76%", "68%"].map((width) => (
    <SkeletonLines key={width} widths={[width, "92%", "50%"]} />
  ));
}

export function TaskList({ list, rows, readAt, box, filters, selected, chosen }: Props) {
  const { t } = useTranslation("inbox");
  const retry = () => void list.refetch();
  if (list.isPending) {
    return (
      <Loading label={t("list.loading")} onRetry={retry}>
        <Waiting />
      </Loading>
    );
  }
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={retry} />;
  if (rows.length === 0) return <EmptyBox box={box} filters={filters} />;
  const stop = rows.some((row) => row.id === selected) ? selected : rows[0]?.id;
  return (
    <div className={styles.scroll} aria-busy={list.isPlaceholderData}>
      <ul>
        {rows.map((task) => (
          <TaskRow
            key={task.id}
            task={task}
            box={box}
            readAt={readAt}
            to={addressOf(box, filters, task.id)}
            selected={task.id === selected}
            tabStop={task.id === stop}
            chosen={chosen}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <div className={styles.more}>
          <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage} block>
            {t("list.more")}
          </Button>
        </div>
      )}
    </div>
  );
}
