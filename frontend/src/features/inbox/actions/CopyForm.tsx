import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./ActionBar.module.css";
import { AddresseeField, type Choice } from "./AddresseeField";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Lets others read the case; it asks nothing of them and stays where it is. */
export function CopyForm({ act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [to, setTo] = useState<Choice[]>([]);
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useFocusAtStart<HTMLInputElement>();
  const toggle = (choice: Choice) => {
    const without = to.filter((one) => one.kind !== choice.kind || one.key !== choice.key);
    setTo(without.length < to.length ? without : [...to, choice]);
    setMissing(false);
  };
  const submit = () => {
    setMissing(to.length === 0);
    if (to.length > 0) act.send({ verb: "cc", readers: to.map(({ kind, key }) => ({ kind, key })), comment });
    else field.current?.focus();
  };
  return (
    <FormFrame
      label={t("actions.cc")}
      submit={to.length > 0 ? t("copy.submitTo", { count: to.length }) : t("copy.submit")}
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <AddresseeField
        label={t("copy.to")}
        hint={t("transfer.hint")}
        missing={missing ? t("copy.missing") : null}
        offersGroups
        several
        chosen={to}
        field={field}
        onChoose={toggle}
      />
      <label className={styles.field}>
        <span>{t("copy.comment")}</span>
        <input value={comment} maxLength={2000} onChange={(event) => setComment(event.target.value)} />
      </label>
      <p className={styles.note}>{t("copy.note")}</p>
    </FormFrame>
  );
}
