import { useTranslation } from "react-i18next";
import type { WayBack } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { formatDateTime } from "@/ui/dateFormat";
import styles from "./ActionBar.module.css";

/** What going back does, one sentence each; the step that is left anyway is not worth one. */
export function Consequences({ way }: { way: WayBack }) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const said = way.effects.filter((effect) => effect.kind !== "enters_node");
  return (
    <section className={styles.happens} aria-live="polite">
      <h3>{t("return.happens")}</h3>
      <ul>
        {said.map((effect, index) => (
          <li key={`${String(index)} ${effect.kind}`}>
            {t([`return.effect.${effect.kind}`, "return.effect.other"], {
              step: effect.name ? local(effect.name) || effect.node : "",
              due: effect.params.due_at ? formatDateTime(new Date(effect.params.due_at)) : "",
            })}
          </li>
        ))}
        {way.asks.length > 0 && (
          <li>
            {t("return.asks", {
              step: local(way.name) || way.node,
              who: way.asks.map((one) => local(one.name) || one.key).join(t("return.and")),
            })}
          </li>
        )}
        <li>{t("return.votes")}</li>
      </ul>
    </section>
  );
}
