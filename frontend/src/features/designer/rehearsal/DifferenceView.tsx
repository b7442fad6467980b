/** What changes over all past runs: how many, how much money, in which ways, and how the time to the end moves. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { RehearsedDifference } from "@/api/types";
import { formatDuration } from "@/ui/duration";
import { formatMoney } from "@/ui/moneyFormat";
import styles from "./Rehearsal.module.css";
import { useChangeText } from "./useChangeText";

interface DifferenceProps {
  difference: RehearsedDifference;
  cutOff: boolean;
  titleOf: (node: string) => string;
}

export function DifferenceView({ difference, cutOff, titleOf }: DifferenceProps): ReactElement {
  const { t } = useTranslation("rehearsal");
  const { t: ui } = useTranslation("ui");
  const change = useChangeText(titleOf);
  const { compared, changed, totals, groups, time } = difference;
  const money = totals.map(formatMoney).join(" + ");
  return (
    <>
      <h2>{t("difference.title")}</h2>
      <p className={styles.headline}>
        {t("difference.headline", { count: compared, changed })}
        {changed > 0 && money && ` · ${money}`}
      </p>
      {cutOff && <p className="muted">{t("difference.cutOff")}</p>}
      {groups.length > 0 && (
        <table className={styles.groups}>
          <thead>
            <tr>
              <th scope="col">{t("difference.what")}</th>
              <th scope="col">{t("difference.count")}</th>
              <th scope="col">{t("difference.money")}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group, at) => (
              <tr key={at}>
                <td>{change(group)}</td>
                <td className="num">{group.count}</td>
                <td className="num">{group.totals.map(formatMoney).join(" + ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="muted">
        {t("difference.time", {
          before: formatDuration(time.before.p50_seconds, ui),
          after: formatDuration(time.after.p50_seconds, ui),
          faster: time.faster,
          slower: time.slower,
        })}
      </p>
    </>
  );
}
