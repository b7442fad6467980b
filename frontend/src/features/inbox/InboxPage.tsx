/** The inbox: the list at the left, the selected task at the right; on a phone one after the other. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { usePage, useWithoutBottomBar } from "@/ui/page";
import { usePhone } from "@/ui/useMediaQuery";
import styles from "./Inbox.module.css";
import { InboxHead } from "./InboxHead";
import { afterLeaving } from "./selection";
import { TaskDetailPane } from "./TaskDetailPane";
import { TaskList } from "./TaskList";
import { useInboxAddress } from "./useInboxAddress";
import { useInboxKeys } from "./useInboxKeys";
import { useLeaving } from "./useLeaving";
import { useSearch } from "./useSearch";
import { useShownTasks } from "./useShownTasks";

export function InboxPage() {
  const { t } = useTranslation("inbox");
  const { box, q, selected, select, search } = useInboxAddress();
  const phone = usePhone();
  const { list, rows, readAt } = useShownTasks(box, q, selected);
  usePage([{ label: t("title") }]);
  useWithoutBottomBar(phone && selected !== null);

  const leave = useLeaving({ rows, phone, readAt, select });
  useInboxKeys({ rows, selected, select, phone });
  const find = useSearch({
    q,
    search,
    rows,
    isAnswered: list.isSuccess && !list.isPlaceholderData,
    selected,
    select,
  });

  // A wide screen always shows a task when there is one; the address then says which, so that nothing moves later.
  const first = rows[0]?.id;
  useEffect(() => {
    if (!phone && selected === null && first !== undefined) select(first, { replace: true });
  }, [phone, selected, first, select]);

  const showList = !phone || selected === null;
  const showDetail = !phone || selected !== null;
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
      {showList && (
        <section className={styles.list} aria-label={t("list.label")} data-region>
          <InboxHead box={box} q={q} onSearch={find} todo={box === "todo" && !q ? rows.length : null} />
          <TaskList list={list} rows={rows} readAt={readAt} box={box} q={q} selected={selected} />
        </section>
      )}
      {showDetail && (
        <section className={styles.detail} aria-label={t("detail.label")} data-region>
          {selected
            ? detail(selected)
            : rows.length > 0 && <p className={styles.hint}>{t("detail.choose")}</p>}
        </section>
      )}
    </div>
  );
}
