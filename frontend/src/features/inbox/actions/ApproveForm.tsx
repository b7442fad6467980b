import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isComposing } from "@/ui/shortcuts";
import { useTask } from "../api/readTask";
import { FieldInput } from "../fields/FieldInput";
import { useFilledIn } from "../fields/useFilledIn";
import styles from "./ActionBar.module.css";
import { CommentTemplates } from "./CommentTemplates";
import { FormFrame, type FormProps } from "./FormFrame";

const isEmpty = (one: HTMLInputElement) => one.value.trim() === "";

/** Approving takes one Enter; a word about it is welcome but not asked for. What the step wants filled in comes first. */
export function ApproveForm({ task, act, onCancel }: FormProps) {
  const { t } = useTranslation("inbox");
  const [comment, setComment] = useState("");
  const form = useTask(task.id).data?.data.form ?? [];
  const fields = form.filter((field) => field.access !== "read");
  const filled = useFilledIn(fields, act.problem);
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>("input, select")?.focus(), []);
  const submit = () => {
    const values = filled.read();
    if (values !== null)
      act.send({ verb: "approve", comment, ...(fields.length > 0 ? { form: values } : {}) });
    else [...(box.current?.querySelectorAll<HTMLInputElement>("[required]") ?? [])].find(isEmpty)?.focus();
  };
  return (
    <FormFrame
      label={t("actions.approve")}
      submit={t("approve.submit")}
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      <div ref={box} className={styles.fields}>
        {fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            text={filled.textOf(field)}
            wrong={filled.wrongWith(field)}
            onChange={(text) => filled.set(field, text)}
          />
        ))}
        <label className={styles.field}>
          <span>{t("approve.comment")}</span>
          <input
            ref={field}
            value={comment}
            maxLength={2000}
            placeholder={t("approve.hint")}
            onChange={(event) => setComment(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && isComposing(event.nativeEvent)) event.preventDefault();
            }}
          />
        </label>
        <CommentTemplates of="approve" field={field} onPick={setComment} />
      </div>
    </FormFrame>
  );
}
