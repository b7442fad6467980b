/** Sends an act and deals with every answer: done, somebody was faster, changed meanwhile, not allowed. */
import { App } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { newIdempotencyKey } from "@/api/idempotency";
import { type ApiError, isApiError } from "@/api/problem";
import type { Task } from "@/api/types";
import { announce } from "@/ui/announce";
import { DateTime } from "@/ui/DateTime";
import { useProblemText } from "@/ui/problemText";
import styles from "./Detail.module.css";
import { type TaskAct, useActOnTask } from "./api/actOnTask";

export type Acting = {
  send: (act: TaskAct) => void;
  sending: boolean;
  trouble: ReactNode;
  forget: () => void;
};

type After = {
  onDealtWith: (id: string, said: string) => void;
  onNext: (() => void) | undefined;
  onCommented: () => void;
};

/** The server names a person by an object or by text. */
function nameIn(error: ApiError, field: string): string | null {
  const value = error.fields[field];
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return null;
  const { display_name: name } = value as { display_name?: unknown };
  return typeof name === "string" ? name : null;
}

function Trouble({ error }: { error: unknown }) {
  const { t } = useTranslation("inbox");
  const tell = useProblemText();
  if (!isApiError(error, "task.already_decided")) return <>{tell(error)}</>;
  const name = nameIn(error, "decided_by");
  const at = error.text("decided_at");
  const verb = t([`verb.${error.text("outcome") ?? "closed"}`, "verb.closed"]);
  return (
    <>
      {name ? t("detail.decidedBy", { name, verb }) : t("detail.decided", { verb })}{" "}
      {at && <DateTime at={at} />}
    </>
  );
}

export function useDecided(task: Task, after: After): Acting {
  const { t } = useTranslation("inbox");
  const { message } = App.useApp();
  const { mutate, isPending, error, reset } = useActOnTask(task.id);
  // The same act sent again after a lost answer keeps its key, so that it counts once.
  const [key, setKey] = useState(newIdempotencyKey);

  const send = (act: TaskAct) => {
    if (isPending) return;
    mutate(
      { act, revision: task.revision, key },
      {
        onSuccess: () => {
          setKey(newIdempotencyKey());
          const said = t(`done.${act.verb}`);
          void message.success(said);
          if (act.verb === "comment") {
            announce(said);
            after.onCommented();
          } else {
            after.onDealtWith(task.id, said);
          }
        },
        onError: (problem) => {
          // An answer that came is final for this key; only a lost answer is asked for again.
          if (isApiError(problem) && problem.status !== 0) setKey(newIdempotencyKey());
        },
      },
    );
  };
  const trouble = error && (
    <p role="alert" className={styles.trouble}>
      <Trouble error={error} />
      {isApiError(error, "task.already_decided") && after.onNext && (
        <button type="button" className="link-button" onClick={after.onNext}>
          {t("detail.next")}
        </button>
      )}
    </p>
  );
  return { send, sending: isPending, trouble, forget: reset };
}
