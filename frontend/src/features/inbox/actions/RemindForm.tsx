import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DateTime } from "@/ui/DateTime";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Asks those who are asked to hurry; says when that was done the last time. */
export function RemindForm({ task, act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [comment, setComment] = useState("");
  const [urgent, setUrgent] = useState(false);
  const field = useFocusAtStart<HTMLInputElement>();
  return (
    <FormFrame
      label={t("actions.remind")}
      submit={t("remind.submit")}
      sending={act.sending}
      onSubmit={() => act.send({ verb: "remind", urgent, comment })}
      onCancel={onCancel}
    >
      <label className={styles.field}>
        <span>{t("remind.comment")}</span>
        <input
          ref={field}
          value={comment}
          maxLength={200}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <label className={styles.check}>
        <input type="checkbox" checked={urgent} onChange={(event) => setUrgent(event.target.checked)} />
        <span>{t("remind.urgent")}</span>
      </label>
      <p className={styles.note}>
        {t("remind.note")}
        {task.reminded_at && (
          <>
            {" "}
            {t("remind.last")} <DateTime at={task.reminded_at} />
          </>
        )}
      </p>
    </FormFrame>
  );
}
