/** The inbox: the list at the left, the selected task at the right; on a phone one after the other. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Task, TaskBox } from "@/api/types";
import { usePage, useWithoutBottomBar } from "@/ui/page";
import { usePhone } from "@/ui/useMediaQuery";
import { BatchBar } from "./batch/BatchBar";
import { type Chosen, useChosen } from "./batch/useChosen";
import { type Filters, NO_FILTERS, same } from "./filters/filters";
import styles from "./Inbox.module.css";
import { InboxHead } from "./InboxHead";
import { afterLeaving } from "./selection";
import { TaskDetailPane } from "./TaskDetailPane";
import { TaskList } from "./TaskList";
import { type Select, useInboxAddress } from "./useInboxAddress";
import { useInboxKeys } from "./useInboxKeys";
import { useLeaving } from "./useLeaving";
import { useSearch } from "./useSearch";
import { useShownTasks } from "./useShownTasks";

/** A wide screen always shows a task when there is one; the address then says which, so that nothing moves later. */
function useFirstRow(first: string | undefined, phone: boolean, selected: string | null, select: Select) {
  useEffect(() => {
    if (!phone && selected === null && first !== undefined) select(first, { replace: true });
  }, [phone, selected, first, select]);
}

type ListProps = Pick<ReturnType<typeof useShownTasks>, "list" | "rows" | "readAt"> & {
  box: TaskBox;
  filters: Filters;
  selected: string | null;
  chosen: Chosen | undefined;
  onNarrow: (filters: Filters) => void;
  /** Turns choosing on and off, where it is not always there. */
  onChoosing: ((on: boolean) => void) | undefined;
};

function ListPane({ list, rows, readAt, box, filters, selected, chosen, onNarrow, onChoosing }: ListProps) {
  const { t } = useTranslation("inbox");
  const refresh = async () => (await list.refetch()).data?.pages.flatMap((page) => page.data.results) ?? [];
  return (
    <section className={styles.list} aria-label={t("list.label")} data-region>
      <InboxHead
        box={box}
        filters={filters}
        rows={rows}
        onNarrow={onNarrow}
        todo={box === "todo" && same(filters, NO_FILTERS) ? rows.length : null}
      />
      {onChoosing && rows.length > 0 && (
        <button
          type="button"
          className={styles.choosing}
          aria-pressed={chosen !== undefined}
          onClick={() => onChoosing(chosen === undefined)}
        >
          {t(chosen ? "batch.stop" : "batch.start")}
        </button>
      )}
      <TaskList
        list={list}
        rows={rows}
        readAt={readAt}
        box={box}
        filters={filters}
        selected={selected}
        chosen={chosen}
      />
      {chosen && <BatchBar chosen={chosen} rows={rows} refresh={refresh} />}
    </section>
  );
}

/** Which rows are chosen, where rows may be. A phone has no room for a box beside every row: there choosing is asked for. */
function useChoosing(rows: Task[], box: TaskBox, phone: boolean) {
  const choice = useChosen(rows, box);
  const [asked, setAsked] = useState(false);
  if (box !== "todo") return { chosen: undefined, onChoosing: undefined };
  const onChoosing = (on: boolean) => {
    setAsked(on);
    choice.clear();
  };
  return { chosen: !phone || asked ? choice : undefined, onChoosing: phone ? onChoosing : undefined };
}

export function InboxPage() {
  const { t } = useTranslation("inbox");
  const { box, filters, selected, select, narrow } = useInboxAddress();
  const phone = usePhone();
  const { list, rows, readAt } = useShownTasks(box, filters, selected);
  usePage([{ label: t("title") }]);
  const leave = useLeaving({ rows, phone, readAt, select });
  const { chosen, onChoosing } = useChoosing(rows, box, phone);
  useWithoutBottomBar(phone && (selected !== null || chosen !== undefined));
  useInboxKeys({ rows, selected, select, phone, chosen });
  const find = useSearch({
    filters,
    narrow,
    rows,
    isAnswered: list.isSuccess && !list.isPlaceholderData,
    selected,
    select,
  });
  useFirstRow(rows[0]?.id, phone, selected, select);

  const detail = (id: string) => (
    <TaskDetailPane
      key={id}
      id={id}
      preview={rows.find((row) => row.id === id)}
      readAt={readAt}
      onBack={phone ? () => select(null) : undefined}
      onNext={rows.length > 1 ? () => select(afterLeaving(rows, id)?.id ?? null) : undefined}
      onDealtWith={leave}
      onUndone={select}
    />
  );
  return (
    <div className={styles.inbox}>
      {(!phone || selected === null) && (
        <ListPane {...{ list, rows, readAt, box, filters, selected, chosen, onChoosing }} onNarrow={find} />
      )}
      {(!phone || selected !== null) && (
        <section className={styles.detail} aria-label={t("detail.label")} data-region>
          {selected
            ? detail(selected)
            : rows.length > 0 && <p className={styles.hint}>{t("detail.choose")}</p>}
        </section>
      )}
    </div>
  );
}
