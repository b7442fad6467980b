import { CloseCircleFilled, SearchOutlined } from "@ant-design/icons";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Task, TaskBox } from "@/api/types";
import { useWaiting } from "@/api/waiting";
import { FilterBar } from "./filters/FilterBar";
import { type Filters } from "./filters/filters";
import styles from "./Inbox.module.css";
import { addressOf, BOXES } from "./useInboxAddress";

const SEARCH_AFTER_MS = 250;

/** The field keeps what is typed and hands it on after a short rest. */
function SearchField({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const { t } = useTranslation("inbox");
  const [text, setText] = useState(q);
  const [known, setKnown] = useState(q);
  if (known !== q) {
    setKnown(q);
    setText(q);
  }
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === q) return undefined;
    const timer = setTimeout(() => onSearch(wanted), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, q, onSearch]);
  return (
    <div className={styles.search} role="search">
      <SearchOutlined aria-hidden />
      <input
        id="inbox-search"
        type="text"
        aria-label={t("search.label")}
        placeholder={t("search.hint")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.nativeEvent.isComposing) event.currentTarget.blur();
        }}
      />
      {text && (
        <button type="button" aria-label={t("search.clear")} onClick={() => onSearch("")}>
          <CloseCircleFilled aria-hidden />
        </button>
      )}
    </div>
  );
}

export function InboxHead({
  box,
  filters,
  rows,
  onNarrow,
  todo,
}: {
  box: TaskBox;
  filters: Filters;
  rows: Task[];
  onNarrow: (filters: Filters) => void;
  todo: number | null;
}) {
  const { t } = useTranslation("inbox");
  const unread = useWaiting().cc;
  const search = useCallback((q: string) => onNarrow({ ...filters, q }), [onNarrow, filters]);
  return (
    <div className={styles.head}>
      <h1 className="visually-hidden">{t("title")}</h1>
      <nav aria-label={t("boxes.label")} className={styles.boxes}>
        {BOXES.map((one) => (
          <Link key={one} to={addressOf(one, filters)} aria-current={one === box ? "page" : undefined}>
            {t(`boxes.${one}`)}
            {one === "todo" && todo !== null && todo > 0 && <span className={styles.count}>{todo}</span>}
            {one === "cc" && unread > 0 && (
              <span className={styles.count}>
                <span aria-hidden>{unread > 99 ? "99+" : unread}</span>
                <span className="visually-hidden">{t("boxes.unread", { count: unread })}</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
      <SearchField q={filters.q} onSearch={search} />
      <FilterBar box={box} filters={filters} rows={rows} onNarrow={onNarrow} />
    </div>
  );
}
