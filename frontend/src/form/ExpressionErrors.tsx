/** What is wrong with a condition, under the very characters. Positions count characters, not UTF-16 units. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { ExpressionError } from "@/api/types";
import { expressionWords } from "./expressionWords";
import styles from "./form.module.css";

export function ExpressionErrors({
  text,
  errors,
}: {
  text: string;
  errors: readonly ExpressionError[];
}): ReactElement {
  const { t } = useTranslation("form");
  const signs = Array.from(text);
  return (
    <ul className={styles.errors}>
      {errors.map((error) => {
        const to = Math.max(error.to, error.from + 1);
        const key = error.code.replace(/^expression\./, "expressionError.");
        const said = t(key, { ...expressionWords(error.params, t), defaultValue: error.message });
        return (
          <li key={`${error.code} ${error.from}`}>
            <span className={styles.where} aria-hidden="true">
              {signs.slice(0, error.from).join("")}
              <mark>{signs.slice(error.from, to).join("") || " "}</mark>
              {signs.slice(to).join("")}
            </span>
            {t("expressionError.at", { column: error.from + 1 })}
            {said}
            {typeof error.params["nearest"] === "string" &&
              t("expressionError.nearest", { name: error.params["nearest"] })}
          </li>
        );
      })}
    </ul>
  );
}
