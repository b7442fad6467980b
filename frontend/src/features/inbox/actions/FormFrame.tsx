import { Button } from "antd";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import type { Acting } from "../useDecided";
import styles from "./ActionBar.module.css";
import { formKeys } from "./formKeys";

export type FormProps = { task: Task; act: Acting; onCancel: () => void };

type Props = {
  label: string;
  submit: string;
  danger?: boolean;
  disabled?: boolean;
  sending: boolean;
  onSubmit: () => void;
  onCancel: () => void;
  children: ReactNode;
};

/** One form in the place of the buttons: fields, the act in words, the way back. */
export function FormFrame({
  label,
  submit,
  danger = false,
  disabled = false,
  sending,
  onSubmit,
  onCancel,
  children,
}: Props) {
  const { t } = useTranslation("inbox");
  const handle = (event: FormEvent) => {
    event.preventDefault();
    if (!sending && !disabled) onSubmit();
  };
  return (
    // The handler hears the keys of the fields inside; the form itself is not a control.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className={styles.form}
      aria-label={label}
      onSubmit={handle}
      onKeyDown={formKeys(onCancel)}
      noValidate
    >
      {children}
      <div className={styles.buttons}>
        <Button
          type="primary"
          danger={danger}
          size="large"
          htmlType="submit"
          loading={sending}
          disabled={disabled}
        >
          {submit}
        </Button>
        <Button size="large" onClick={onCancel} disabled={sending}>
          {t("actions.cancel")}
        </Button>
      </div>
    </form>
  );
}
