import { type RefObject, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/problem";
import type { WayBack } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { SkeletonLines } from "@/ui/Loading";
import { ProblemText } from "@/ui/ProblemText";
import type { Resume } from "../api/actOnTask";
import { useReturnPreview } from "../api/previewReturn";
import styles from "./ActionBar.module.css";
import { FormFrame, type FormProps } from "./FormFrame";
import { Consequences } from "./ReturnConsequences";
import { useFocusAtStart } from "./useFocusAtStart";

const RESUMES: Resume[] = ["restart", "back"];

type WaysProps = { ways: WayBack[]; chosen: WayBack | undefined; onChoose: (node: string) => void };

/** The earlier steps, the nearest first; one that cannot be gone back to says why. */
function Ways({ ways, chosen, onChoose }: WaysProps) {
  const { t } = useTranslation("inbox");
  const local = useLocal();
  return (
    <fieldset className={styles.choices}>
      <legend>{t("return.to")}</legend>
      {ways.map((way) => (
        <label key={way.node} className={styles.choice}>
          <input
            type="radio"
            name="way"
            checked={chosen?.node === way.node}
            disabled={way.refused !== null}
            onChange={() => onChoose(way.node)}
          />
          <span>{way.is_requester ? t("return.requester") : local(way.name) || way.node}</span>
          <span className="muted">
            {way.refused &&
              t([`return.refused.${way.refused.code.split(".").at(-1) ?? ""}`, "return.refused.other"])}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

type ThenProps = { way: WayBack; how: Resume; onChoose: (how: Resume) => void };

/** How the run goes on from there, where there is a choice. */
function Then({ way, how, onChoose }: ThenProps) {
  const { t } = useTranslation("inbox");
  if (way.resumes.length < 2) return null;
  return (
    <fieldset className={styles.choices}>
      <legend>{t("return.then")}</legend>
      {RESUMES.map((one) => (
        <label key={one} className={styles.choice}>
          <input type="radio" name="resume" checked={how === one} onChange={() => onChoose(one)} />
          <span>{t(`return.resume.${one}`)}</span>
          <span />
        </label>
      ))}
    </fieldset>
  );
}

type ReasonProps = {
  comment: string;
  missing: boolean;
  field: RefObject<HTMLTextAreaElement | null>;
  onChange: (text: string) => void;
};

function Reason({ comment, missing, field, onChange }: ReasonProps) {
  const { t } = useTranslation("inbox");
  return (
    <>
      <label className={styles.field}>
        <span>{t("return.comment")}</span>
        <textarea
          ref={field}
          rows={3}
          value={comment}
          maxLength={2000}
          required
          aria-invalid={missing}
          aria-describedby="return-note"
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      <p
        id="return-note"
        role={missing ? "alert" : undefined}
        className={missing ? styles.missing : styles.note}
      >
        {missing ? t("return.missing") : t("return.note")}
      </p>
    </>
  );
}

/** The steps as they are now; looked at again when the run has moved under what was being filled in. */
function useWays({ task, act }: FormProps) {
  const preview = useReturnPreview(task.id, task.revision);
  const { refetch } = preview;
  const stale = isApiError(act.problem, "return.stale_token");
  useEffect(() => {
    if (stale) void refetch();
  }, [stale, refetch]);
  return preview;
}

/** What is shown while there is nothing to choose from. */
function NoWays({ preview }: { preview: ReturnType<typeof useWays> }) {
  const { t } = useTranslation("inbox");
  if (preview.isPending) return <SkeletonLines widths={["60%", "40%"]} />;
  if (!preview.error) return <p className={styles.note}>{t("return.nowhere")}</p>;
  return (
    <p role="alert" className={styles.missing}>
      <ProblemText problem={preview.error} />
    </p>
  );
}

/** Sends the run back: to which step, how it goes on from there, what that takes away, and why. */
export function ReturnForm(props: FormProps) {
  const { act, onCancel } = props;
  const { t } = useTranslation("inbox");
  const local = useLocal();
  const preview = useWays(props);
  const [wanted, setWanted] = useState<string | null>(null);
  const [resume, setResume] = useState<Resume>("restart");
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useFocusAtStart<HTMLTextAreaElement>();
  const { targets: ways = [], token = "" } = preview.data ?? {};
  const open = ways.filter((way) => way.refused === null);
  const chosen = open.find((way) => way.node === wanted) ?? open[0];
  const how: Resume = chosen?.resumes.includes(resume) ? resume : "restart";
  const submitText = (way: WayBack) =>
    way.is_requester
      ? t("return.submitToRequester")
      : t("return.submitTo", { step: local(way.name) || way.node });
  const submit = () => {
    const empty = comment.trim() === "";
    setMissing(empty);
    if (empty) field.current?.focus();
    else if (chosen) act.send({ verb: "return", to: chosen.node, resume: how, token, comment });
  };
  return (
    <FormFrame
      label={t("actions.return")}
      submit={chosen ? submitText(chosen) : t("actions.return")}
      danger
      disabled={!chosen}
      sending={act.sending}
      onSubmit={submit}
      onCancel={onCancel}
    >
      {ways.length === 0 ? (
        <NoWays preview={preview} />
      ) : (
        <Ways ways={ways} chosen={chosen} onChoose={setWanted} />
      )}
      {chosen && <Then way={chosen} how={how} onChoose={setResume} />}
      {chosen && <Consequences way={chosen} />}
      <Reason
        comment={comment}
        missing={missing}
        field={field}
        onChange={(text) => {
          setComment(text);
          setMissing(false);
        }}
      />
    </FormFrame>
  );
}
