import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Gives a task that somebody else has claimed back to its pool; that needs a reason. */
export function ReleaseForm({ act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useFocusAtStart<HTMLInputElement>();
  const submit = () => {
    const empty = comment.trim() === "";
    setMissing(empty);
    if (empty) field.current?.focus();
    else act.send({ verb: "release", comment });
  };
  return (
    <FormFrame
      label={t("actions.release")}
      submit={t("release.submit")}
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <label className={styles.field}>
        <span>{t("transfer.commentRequired")}</span>
        <input
          ref={field}
          value={comment}
          maxLength={2000}
          required
          aria-invalid={missing}
          aria-describedby="release-note"
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <p
        id="release-note"
        role={missing ? "alert" : undefined}
        className={missing ? styles.missing : styles.note}
      >
        {t(missing ? "release.missing" : "release.note")}
      </p>
    </FormFrame>
  );
}
