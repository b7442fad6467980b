/** Why runs stay where they are, the most frequent reason first. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { GraphDocument } from "@/api/documents";
import type { MigrationDetail } from "@/api/types";
import { useHindranceText } from "@/graph/useHindranceText";
import { NOTHING_DRAWN } from "./nothingDrawn";
import { useSteps } from "@/graph/useSteps";
import styles from "./Migrations.module.css";

export function Reasons({
  migration,
  graph,
}: {
  migration: MigrationDetail;
  graph: GraphDocument | null;
}): ReactElement | null {
  const { t } = useTranslation("migration");
  const steps = useSteps(graph ?? NOTHING_DRAWN);
  const say = useHindranceText(steps.title);
  if (migration.reasons.length === 0) return null;
  return (
    <section className={styles.box} aria-labelledby="migration-reasons">
      <h2 id="migration-reasons">{t("reasons", { version: migration.from_version })}</h2>
      <ul className={styles.reasons}>
        {migration.reasons.map((one) => (
          <li key={`${one.code} ${one.node ?? ""}`}>
            <strong className="num">{t("count", { count: one.runs })}</strong>
            <span>{say({ code: one.code, node: one.node, params: {} })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
