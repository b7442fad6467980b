import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFocusAtStart } from "../actions/useFocusAtStart";
import styles from "./Batch.module.css";

/** One reason that every requester will read. */
export function BatchReason({
  count,
  onSay,
  onCancel,
}: {
  count: number;
  onSay: (comment: string) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("inbox");
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useFocusAtStart<HTMLTextAreaElement>();
  const say = () => {
    const said = text.trim();
    setMissing(said === "");
    if (said) onSay(said);
    else field.current?.focus();
  };
  return (
    <form
      className={styles.reason}
      onSubmit={(event) => {
        event.preventDefault();
        say();
      }}
    >
      <label>
        <span>{t("batch.reject.reason", { count })}</span>
        <textarea
          ref={field}
          rows={3}
          maxLength={2000}
          value={text}
          aria-invalid={missing}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {missing && (
        <p role="alert" className={styles.trouble}>
          {t("reject.missing")}
        </p>
      )}
      <div className={styles.buttons}>
        <Button onClick={onCancel}>{t("actions.cancel")}</Button>
        <Button type="primary" htmlType="submit">
          {t("batch.preview")}
        </Button>
      </div>
    </form>
  );
}
