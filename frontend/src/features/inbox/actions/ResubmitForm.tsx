import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/problem";
import type { RevisableField } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { SkeletonLines } from "@/ui/Loading";
import { useProblemText } from "@/ui/problemText";
import { useTask } from "../api/readTask";
import { revised, shownValue, textOfField } from "../resubmission";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { useFocusAtStart } from "./useFocusAtStart";

type FieldProps = {
  field: RevisableField;
  text: string;
  problem: string | null;
  onChange: (text: string) => void;
};

/** One field of the request; once it is edited, what it was stays to be seen below. */
function Revisable({ field, text, problem, onChange }: FieldProps) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const note = `revise-${field.key}`;
  const changed = text !== textOfField(field);
  const common = { value: text, "aria-invalid": problem !== null, "aria-describedby": note };
  return (
    <>
      <label className={styles.field}>
        <span>
          {local(field.label) || field.key}
          {field.type === "money" && ` (${currencyOf(field)})`}
        </span>
        {field.type === "boolean" ? (
          <select {...common} onChange={(event) => onChange(event.target.value)}>
            {["", "true", "false"].map((one) => (
              <option key={one} value={one}>
                {t(`resubmit.yesNo.${one || "none"}`)}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...common}
            type={field.type === "date" ? "date" : "text"}
            inputMode={["money", "decimal", "integer"].includes(field.type) ? "decimal" : "text"}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </label>
      <p
        id={note}
        role={problem ? "alert" : undefined}
        className={problem ? styles.missing : styles.note}
        hidden={!problem && !changed}
      >
        {problem ?? t("resubmit.was", { value: shownValue(field.value) })}
      </p>
    </>
  );
}

function currencyOf({ value }: RevisableField): string {
  return (value as { currency?: string } | null)?.currency ?? "CNY";
}

/** What the server found wrong, by the name of the field. */
function useProblems(problem: unknown): Record<string, string> {
  const tell = useProblemText();
  if (!isApiError(problem)) return {};
  return Object.fromEntries(
    problem.errors.map((one) => [/^\/variables\/([^/]+)/.exec(one.path ?? "")?.[1] ?? "", tell(one)]),
  );
}

/** The requester revises what came back, and submits it again. */
export function ResubmitForm({ task, act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const { data } = useTask(task.id);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [comment, setComment] = useState("");
  const problems = useProblems(act.problem);
  const reason = useFocusAtStart<HTMLTextAreaElement>();
  const fields = data?.data.resubmission?.form ?? [];
  return (
    <FormFrame
      label={t("actions.resubmit")}
      submit={t("resubmit.submit")}
      disabled={!data}
      sending={act.sending}
      onSubmit={() => act.send({ verb: "resubmit", variables: revised(fields, texts), comment })}
      onCancel={onCancel}
    >
      {!data && <SkeletonLines widths={["60%", "40%"]} />}
      {data && fields.length === 0 && <p className={styles.note}>{t("resubmit.nothingToRevise")}</p>}
      {fields.map((field) => (
        <Revisable
          key={field.key}
          field={field}
          text={texts[field.key] ?? textOfField(field)}
          problem={problems[field.key] ?? null}
          onChange={(text) => setTexts((before) => ({ ...before, [field.key]: text }))}
        />
      ))}
      <label className={styles.field}>
        <span>{t("resubmit.comment")}</span>
        <textarea
          ref={reason}
          rows={3}
          value={comment}
          maxLength={2000}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <p className={`${styles.note ?? ""} ${styles.keys ?? ""}`}>{t("resubmit.note")}</p>
    </FormFrame>
  );
}
