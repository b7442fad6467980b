import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocal } from "@/i18n/local";
import styles from "./ActionBar.module.css";
import { AddresseeField, type Choice } from "./AddresseeField";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

const PLACES = ["before", "after", "parallel"] as const;

/** Asks somebody else as well: before this person, after them, or beside them. */
export function AddSignerForm({ act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const [to, setTo] = useState<Choice | null>(null);
  const [how, setHow] = useState<(typeof PLACES)[number]>("before");
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useFocusAtStart<HTMLInputElement>();
  const submit = () => {
    setMissing(to === null);
    if (to) act.send({ verb: "add-signer", to: { kind: "user", key: to.key }, how, comment });
    else field.current?.focus();
  };
  return (
    <FormFrame
      label={t("actions.add-signer")}
      submit={to ? t("addSigner.submitTo", { name: local(to.name) }) : t("addSigner.submit")}
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <AddresseeField
        label={t("addSigner.to")}
        hint={t("addSigner.hint")}
        missing={missing ? t("addSigner.missing") : null}
        offersGroups={false}
        chosen={to ? [to] : []}
        field={field}
        onChoose={(choice) => {
          setTo(choice);
          setMissing(false);
        }}
      />
      <fieldset className={styles.choices}>
        <legend>{t("addSigner.how")}</legend>
        {PLACES.map((place) => (
          <label key={place} className={styles.choice}>
            <input type="radio" name="place" checked={how === place} onChange={() => setHow(place)} />
            <span>{t(`addSigner.place.${place}`)}</span>
            <span className="muted">{t(`addSigner.note.${place}`)}</span>
          </label>
        ))}
      </fieldset>
      <label className={styles.field}>
        <span>{t("addSigner.comment")}</span>
        <input value={comment} maxLength={2000} onChange={(event) => setComment(event.target.value)} />
      </label>
    </FormFrame>
  );
}
