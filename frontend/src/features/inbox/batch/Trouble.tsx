import { useTranslation } from "react-i18next";
import { ProblemText } from "@/ui/ProblemText";
import styles from "./Batch.module.css";

/** The whole call was refused or lost: why, and the way on. */
export function Trouble({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const { t } = useTranslation("inbox");
  return (
    <p role="alert" className={styles.trouble}>
      <ProblemText problem={error} />{" "}
      <button type="button" className="link-button" onClick={onAgain}>
        {t("batch.again")}
      </button>
    </p>
  );
}
