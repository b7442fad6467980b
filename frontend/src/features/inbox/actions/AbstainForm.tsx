import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Says neither yes nor no; then the others decide. */
export function AbstainForm({ act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [comment, setComment] = useState("");
  const field = useFocusAtStart<HTMLTextAreaElement>();
  return (
    <FormFrame
      label={t("actions.abstain")}
      submit={t("abstain.submit")}
      sending={act.sending}
      onSubmit={() => act.send({ verb: "abstain", comment })}
      onCancel={onCancel}
    >
      <label className={styles.field}>
        <span>{t("abstain.comment")}</span>
        <textarea
          ref={field}
          rows={2}
          value={comment}
          maxLength={2000}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <p className={styles.note}>{t("abstain.note")}</p>
    </FormFrame>
  );
}
