/** Sends a dead letter again, perhaps corrected, or throws it away: why, on record for good. */
import { Alert, Button, Checkbox, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Letter } from "@/api/types";
import { type LetterOrder, useLetterOrder } from "../api/letters";
import { useConsoleProblem } from "../useConsoleProblem";
import styles from "./Letters.module.css";

const MIN_REASON = 5;
const A_DAY = "P1D";

type Props = { letter: Letter; again: boolean; onClose: () => void };

/** The value of a JSON text, or nothing when it is none. */
function valueOf(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

export function LetterDialog({ letter, again, onClose }: Props) {
  const { t } = useTranslation("console");
  const tell = useConsoleProblem();
  const order = useLetterOrder();
  const [text, setText] = useState(() => JSON.stringify(letter.payload, null, 2));
  const [reason, setReason] = useState("");
  const [keep, setKeep] = useState(false);
  const payload = valueOf(text);
  const complete = reason.trim().length >= MIN_REASON && (!again || payload !== null);
  const submit = (): void => {
    const wanted: LetterOrder = { letter: letter.id, reason };
    if (again) wanted.again = { payload: payload?.value, ...(keep ? { keep: A_DAY } : {}) };
    order.mutate(wanted, { onSuccess: onClose });
  };
  const verb = t(again ? "letters.again" : "letters.discard");
  return (
    <Modal
      open
      centered
      title={`${verb} · ${letter.name}`}
      mask={{ closable: false }}
      onCancel={onClose}
      afterOpenChange={(open) => {
        if (open) document.getElementById(again ? "letter-payload" : "letter-reason")?.focus();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t("force.back")}</Button>
          <Button
            type="primary"
            danger={!again}
            loading={order.isPending}
            disabled={!complete}
            onClick={submit}
          >
            {verb}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {again && (
          <>
            <label htmlFor="letter-payload">{t("letters.payload")}</label>
            <Input.TextArea
              id="letter-payload"
              rows={5}
              value={text}
              status={payload ? "" : "error"}
              aria-invalid={!payload}
              aria-describedby="letter-payload-trouble"
              onChange={(event) => setText(event.target.value)}
            />
            <p id="letter-payload-trouble" role="alert">
              {!payload && t("letters.noJson")}
            </p>
            {letter.key !== null && (
              <Checkbox checked={keep} onChange={(event) => setKeep(event.target.checked)}>
                {t("letters.keep")}
              </Checkbox>
            )}
          </>
        )}
        <label htmlFor="letter-reason">{t("force.reason")}</label>
        <Input.TextArea
          id="letter-reason"
          rows={2}
          maxLength={2000}
          value={reason}
          placeholder={t("force.reasonHint", { count: MIN_REASON })}
          aria-required
          onChange={(event) => setReason(event.target.value)}
        />
        {order.error && <Alert type="error" showIcon role="alert" title={tell(order.error)} />}
      </div>
    </Modal>
  );
}
