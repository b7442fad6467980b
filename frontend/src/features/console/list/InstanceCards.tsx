import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { DateTime } from "@/ui/DateTime";
import styles from "./Console.module.css";
import type { Row } from "./useRows";
import { Why } from "./Why";

/** Phone: one card per run, in the order of what matters. */
export function InstanceCards({ rows }: { rows: Row[] }) {
  const { t } = useTranslation("console");
  return (
    <ul className={styles.phoneList}>
      {rows.map((row) => (
        <li key={row.instance.id} className={styles.phoneCard}>
          <Link to={`/console/${row.instance.id}`} data-row>
            {row.title}
          </Link>
          <Why said={row.said} status={row.instance.status} />
          <p className="muted">
            {[row.flow, `v${row.instance.version}`, row.step].filter(Boolean).join(" · ")}
          </p>
          {row.standsFor && (
            <p className="muted num">
              {t("list.standsForValue", { time: row.standsFor })}
              {row.due && (
                <>
                  {" · "}
                  {t("list.due")} <DateTime at={row.due} />
                </>
              )}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
