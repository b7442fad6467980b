import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isComposing } from "@/ui/shortcuts";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Approving takes one Enter; a word about it is welcome but not asked for. */
export function ApproveForm({ act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [comment, setComment] = useState("");
  const field = useFocusAtStart<HTMLInputElement>();
  return (
    <FormFrame
      label={t("actions.approve")}
      submit={t("approve.submit")}
      sending={act.sending}
      onSubmit={() => act.send({ verb: "approve", comment })}
      onCancel={onCancel}
    >
      <label className={styles.field}>
        <span>{t("approve.comment")}</span>
        <input
          ref={field}
          value={comment}
          maxLength={2000}
          placeholder={t("approve.hint")}
          onChange={(event) => setComment(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && isComposing(event.nativeEvent)) event.preventDefault();
          }}
        />
      </label>
    </FormFrame>
  );
}
