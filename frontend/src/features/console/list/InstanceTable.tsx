import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { DateTime } from "@/ui/DateTime";
import styles from "./Console.module.css";
import type { Row } from "./useRows";
import { Why } from "./Why";

type Props = { rows: Row[]; mayIntervene: boolean };

/** Desktop: one line per run. */
export function InstanceTable({ rows, mayIntervene }: Props) {
  const { t } = useTranslation("console");
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">{t("list.caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("list.subject")}</th>
          <th scope="col" className={styles.flow}>
            {t("list.flow")}
          </th>
          <th scope="col">{t("list.step")}</th>
          <th scope="col">{t("list.why")}</th>
          <th scope="col">{t("list.standsFor")}</th>
          <th scope="col">{t("list.due")}</th>
          {mayIntervene && <th scope="col">{t("list.suggestion")}</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.instance.id}>
            <td className={styles.subject}>
              <Link to={`/console/${row.instance.id}`} data-row>
                {row.title}
              </Link>
            </td>
            <td className={styles.flow}>
              {row.flow} <span className="muted num">v{row.instance.version}</span>
            </td>
            <td>{row.step || <span className="muted">{t("list.none")}</span>}</td>
            <td>
              <Why said={row.said} status={row.instance.status} />
            </td>
            <td className="num">
              {row.standsFor || (row.instance.ended_at ? <DateTime at={row.instance.ended_at} /> : null)}
            </td>
            <td>{row.due ? <DateTime at={row.due} /> : <span className="muted">{t("list.none")}</span>}</td>
            {mayIntervene && (
              <td>
                {row.incident && (
                  <Link className={styles.fix} to={`/console/${row.instance.id}?do=retry`}>
                    {t("act.retry")}
                  </Link>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
