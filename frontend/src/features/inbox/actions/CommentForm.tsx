import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Says something without deciding. */
export function CommentForm({ act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [text, setText] = useState("");
  const field = useFocusAtStart<HTMLTextAreaElement>();
  return (
    <FormFrame
      label={t("actions.comment")}
      submit={t("comment.submit")}
      sending={act.sending}
      onSubmit={() => {
        if (text.trim() === "") field.current?.focus();
        else act.send({ verb: "comment", text: text.trim() });
      }}
      onCancel={onCancel}
    >
      <label className={styles.field}>
        <span>{t("comment.label")}</span>
        <textarea
          ref={field}
          rows={3}
          value={text}
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className={styles.note}>{t("comment.note")}</p>
    </FormFrame>
  );
}
