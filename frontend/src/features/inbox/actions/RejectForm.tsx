import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./ActionBar.module.css";
import { CommentTemplates } from "./CommentTemplates";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Rejecting needs a reason, which the requester will read. */
export function RejectForm({ act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useFocusAtStart<HTMLTextAreaElement>();
  const submit = () => {
    const empty = comment.trim() === "";
    setMissing(empty);
    if (empty) field.current?.focus();
    else act.send({ verb: "reject", comment });
  };
  return (
    <FormFrame
      label={t("actions.reject")}
      submit={t("reject.submit")}
      danger
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <label className={styles.field}>
        <span>{t("reject.comment")}</span>
        <textarea
          ref={field}
          rows={3}
          value={comment}
          maxLength={2000}
          required
          aria-invalid={missing}
          aria-describedby="reject-note"
          onChange={(event) => {
            setComment(event.target.value);
            setMissing(false);
          }}
        />
      </label>
      <CommentTemplates
        of="reject"
        field={field}
        onPick={(words) => {
          setComment(words);
          setMissing(false);
        }}
      />
      <p
        id="reject-note"
        role={missing ? "alert" : undefined}
        className={missing ? styles.missing : `${styles.note ?? ""} ${styles.keys ?? ""}`}
      >
        {missing ? t("reject.missing") : t("reject.note")}
      </p>
    </FormFrame>
  );
}
