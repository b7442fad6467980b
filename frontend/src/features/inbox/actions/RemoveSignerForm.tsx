import { UserOutlined } from "@ant-design/icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hasRole, useCurrentUser } from "@/api/session";
import { useLocal } from "@/i18n/local";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

/** Takes an added signer out who has not answered: one's own, or with a reason anybody's. */
export function RemoveSignerForm({ task, act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const user = useCurrentUser();
  const supervises = hasRole(user, "supervisor");
  const added = (task.standing?.added ?? []).filter((one) => supervises || one.by.key === user.username);
  const [key, setKey] = useState(added.length === 1 ? (added[0]?.who.key ?? null) : null);
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useFocusAtStart<HTMLInputElement>();
  const chosen = added.find((one) => one.who.key === key);
  const needsReason = chosen !== undefined && chosen.by.key !== user.username;
  const submit = () => {
    const lacks = key === null || (needsReason && comment.trim() === "");
    setMissing(lacks);
    if (!lacks) act.send({ verb: "remove-signer", to: { kind: "user", key }, comment });
  };
  return (
    <FormFrame
      label={t("actions.remove-signer")}
      submit={
        chosen ? t("removeSigner.submitOf", { name: local(chosen.who.name) }) : t("removeSigner.submit")
      }
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <fieldset className={styles.choices}>
        <legend>{t("removeSigner.who")}</legend>
        {added.map(({ who }) => (
          <label key={who.key} className={styles.choice}>
            <input type="radio" name="signer" checked={key === who.key} onChange={() => setKey(who.key)} />
            <UserOutlined aria-hidden />
            <span>{local(who.name)}</span>
          </label>
        ))}
      </fieldset>
      <label className={styles.field}>
        <span>{t(needsReason ? "transfer.commentRequired" : "transfer.comment")}</span>
        <input
          ref={field}
          value={comment}
          maxLength={2000}
          required={needsReason}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <p role={missing ? "alert" : undefined} className={missing ? styles.missing : styles.note}>
        {t(missing ? "removeSigner.missing" : "removeSigner.note")}
      </p>
    </FormFrame>
  );
}
