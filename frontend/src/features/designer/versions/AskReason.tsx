/** A question in the line with a reason to write; nothing happens before it is answered. */
import { Button, Input } from "antd";
import { type ReactElement, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { focusOnShow } from "../focusOnShow";
import styles from "./Versions.module.css";

const SHORTEST = 5;

interface AskReasonProps {
  question: string;
  /** What is done, as the button says it. */
  does: string;
  danger?: boolean;
  pending: boolean;
  shortest?: number;
  label?: string;
  onDo: (reason: string) => void;
  onCancel: () => void;
}

export function AskReason({
  question,
  does,
  danger = false,
  pending,
  shortest = SHORTEST,
  label,
  onDo,
  onCancel,
}: AskReasonProps): ReactElement {
  const { t } = useTranslation("designer");
  const id = useId();
  const [reason, setReason] = useState("");
  return (
    <form
      className={styles.ask}
      aria-label={does}
      onSubmit={(event) => {
        event.preventDefault();
        onDo(reason.trim());
      }}
    >
      <p className={styles.question}>{question}</p>
      <label htmlFor={id}>{label ?? t("versions.reason")}</label>
      <Input
        id={id}
        ref={focusOnShow}
        className={styles.reason ?? ""}
        value={reason}
        maxLength={2000}
        placeholder={label === undefined ? t("versions.reasonHelp") : ""}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button onClick={onCancel}>{t("publish.cancel")}</Button>
      <Button
        type="primary"
        danger={danger}
        htmlType="submit"
        loading={pending}
        disabled={reason.trim().length < shortest}
      >
        {does}
      </Button>
    </form>
  );
}
