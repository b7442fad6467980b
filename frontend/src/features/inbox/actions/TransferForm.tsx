import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocal } from "@/i18n/local";
import styles from "./ActionBar.module.css";
import { AddresseeField, type Choice } from "./AddresseeField";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Hands the task to a person or a group; it leaves this inbox. */
export function TransferForm({ task, act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const [to, setTo] = useState<Choice | null>(null);
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  // Moving work that is not one's own is an intervention, which needs a reason.
  const seated = task.actions.includes("approve");
  const field = useFocusAtStart<HTMLInputElement>();
  const submit = () => {
    setMissing(to === null);
    if (to) act.send({ verb: "transfer", to: { kind: to.kind, key: to.key }, comment });
    else field.current?.focus();
  };
  return (
    <FormFrame
      label={t("actions.transfer")}
      submit={to ? t("transfer.submitTo", { name: local(to.name) }) : t("transfer.submit")}
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <AddresseeField
        label={t(seated ? "transfer.to" : "transfer.toOfOthers")}
        hint={t("transfer.hint")}
        missing={missing ? t("transfer.missing") : null}
        offersGroups
        chosen={to ? [to] : []}
        field={field}
        onChoose={(choice) => {
          setTo(choice);
          setMissing(false);
        }}
      />
      <label className={styles.field}>
        <span>{seated ? t("transfer.comment") : t("transfer.commentRequired")}</span>
        <input
          value={comment}
          maxLength={2000}
          required={!seated}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
    </FormFrame>
  );
}
