/** The text of a condition with the names it may use, checked as it is typed. */
import { Input, type InputRef } from "antd";
import { type ReactElement, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ExpressionCheck } from "@/api/types";
import { textOf, type Variable } from "@/graph/document";
import { currentLanguage } from "@/i18n/index";
import { ExpressionErrors } from "./ExpressionErrors";
import styles from "./form.module.css";

export interface ExpressionInputProps {
  id: string;
  label: string;
  text: string;
  variables: readonly Variable[];
  onChange: (text: string) => void;
  /** The server's answer for exactly this text. */
  check: ExpressionCheck | undefined;
  /** What a sound text is told; a condition's words when not given. */
  fine?: string;
  placeholder?: string;
}

export function ExpressionInput(props: ExpressionInputProps): ReactElement {
  const { t } = useTranslation("form");
  const box = useRef<InputRef>(null);
  const wrong = props.check !== undefined && !props.check.ok;
  const insert = (name: string): void => {
    const input = document.getElementById(props.id);
    const at = input instanceof HTMLTextAreaElement ? input.selectionStart : props.text.length;
    const end = input instanceof HTMLTextAreaElement ? input.selectionEnd : at;
    props.onChange(`${props.text.slice(0, at)}\${${name}}${props.text.slice(end)}`);
    input?.focus();
  };
  return (
    <div className={styles.sentence}>
      <div className={styles.editor}>
        <Input.TextArea
          ref={box}
          id={props.id}
          aria-label={props.label}
          aria-invalid={wrong}
          aria-describedby={`${props.id}-said`}
          autoSize={{ minRows: 2, maxRows: 6 }}
          spellCheck={false}
          status={wrong ? "error" : ""}
          value={props.text}
          placeholder={props.placeholder ?? "${refundAmount} < ${orderTotal} * 0.3"}
          onChange={(event) => props.onChange(event.target.value)}
        />
      </div>
      <div id={`${props.id}-said`} aria-live="polite">
        {wrong && props.check && <ExpressionErrors text={props.text} errors={props.check.errors} />}
        {props.check?.ok && <p className={styles.fine}>{props.fine ?? t("condition.fine")}</p>}
      </div>
      <div className={styles.names} role="group" aria-label={t("condition.names")}>
        {props.variables.map((variable) => (
          <button
            key={variable.name}
            type="button"
            className={styles.name}
            onClick={() => insert(variable.name)}
          >
            {textOf(variable.label, currentLanguage()) || variable.name}
          </button>
        ))}
      </div>
    </div>
  );
}
