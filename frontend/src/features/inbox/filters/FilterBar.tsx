import { CloseOutlined, FilterOutlined } from "@ant-design/icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Task, TaskBox } from "@/api/types";
import { useShortcuts } from "@/ui/shortcuts";
import { useDropView, useSavedViews } from "../api/savedViews";
import { addressOf } from "../useInboxAddress";
import styles from "./Filters.module.css";
import { FilterFields } from "./FilterFields";
import { type Filters, filtersOf, NO_FILTERS, same } from "./filters";

type Props = {
  box: TaskBox;
  filters: Filters;
  rows: Task[];
  onNarrow: (filters: Filters) => void;
};

const DUE = ["overdue", "today"] as const;

/** What narrows the list, one press each: what is late, what is due today, the views one keeps; and the rest behind a button. */
export function FilterBar({ box, filters, rows, onNarrow }: Props) {
  const { t } = useTranslation("inbox");
  const [open, setOpen] = useState(false);
  const views = useSavedViews().data?.results ?? [];
  const drop = useDropView();
  const narrowed = !same(filters, NO_FILTERS);
  useShortcuts(t("title"), [{ keys: ["f"], label: t("keys.filter"), run: () => setOpen(!open) }]);
  return (
    <div className={styles.filters}>
      <div className={styles.chips}>
        {box === "todo" &&
          DUE.map((due) => (
            <button
              key={due}
              type="button"
              className={styles.chip}
              aria-pressed={filters.due === due}
              onClick={() => onNarrow({ ...filters, due: filters.due === due ? "" : due })}
            >
              {t(`filters.${due}`)}
            </button>
          ))}
        {views.map((view) => {
          const kept = filtersOf(view);
          return (
            <span key={view.id} className={styles.view}>
              <Link
                className={styles.chip}
                to={addressOf(box, kept)}
                aria-current={same(filters, kept) ? "true" : undefined}
              >
                {view.name}
              </Link>
              {open && (
                <button
                  type="button"
                  className={styles.drop}
                  aria-label={t("filters.drop", { name: view.name })}
                  onClick={() => drop.mutate(view.id)}
                >
                  <CloseOutlined aria-hidden />
                </button>
              )}
            </span>
          );
        })}
        <button type="button" className={styles.chip} aria-expanded={open} onClick={() => setOpen(!open)}>
          <FilterOutlined aria-hidden /> {t("filters.more")}
        </button>
        {narrowed && (
          <button type="button" className="link-button" onClick={() => onNarrow(NO_FILTERS)}>
            {t("filters.clear")}
          </button>
        )}
      </div>
      {open && <FilterFields filters={filters} rows={rows} onNarrow={onNarrow} narrowed={narrowed} />}
    </div>
  );
}
