/** Sends an act and deals with every answer: done, somebody was faster, changed meanwhile, not allowed. */
import { App } from "antd";
import type { TFunction } from "i18next";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { newIdempotencyKey } from "@/api/idempotency";
import { type ApiError, isApiError } from "@/api/problem";
import type { Task } from "@/api/types";
import { announce } from "@/ui/announce";
import { DateTime } from "@/ui/DateTime";
import { useProblemText } from "@/ui/problemText";
import styles from "./Detail.module.css";
import { STAYS, type TaskAct, useActOnTask } from "./api/actOnTask";
import { heldMs, useOfferUndo } from "./undo/useOfferUndo";

export type Acting = {
  send: (act: TaskAct) => void;
  sending: boolean;
  trouble: ReactNode;
  problem: unknown;
  forget: () => void;
};

type After = {
  onDealtWith: (id: string, said: string) => void;
  onNext: (() => void) | undefined;
  onCommented: () => void;
  onUndone: (id: string) => void;
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

const DECIDES = ["approve", "reject", "abstain"];

/** What a person hears of their act: how long it may be taken back, or that it counts at once because time is short. */
function saidOf(act: TaskAct, done: string, pending: Task["pending"], t: TFunction<"inbox">): string {
  if (!DECIDES.includes(act.verb)) return done;
  if (!pending) return t("undo.atOnce", { done });
  return t("undo.left", { done, count: Math.round(heldMs(pending) / 1000) });
}

export function useDecided(task: Task, after: After): Acting {
  const { t } = useTranslation("inbox");
  const { message } = App.useApp();
  const offerUndo = useOfferUndo(after.onUndone);
  const { mutate, isPending, error, reset } = useActOnTask(task.id);
  // The same act sent again after a lost answer keeps its key, so that it counts once.
  const [key, setKey] = useState(newIdempotencyKey);

  const send = (act: TaskAct) => {
    if (isPending) return;
    mutate(
      { act, revision: task.revision, key },
      {
        onSuccess: ({ task: { pending } }) => {
          setKey(newIdempotencyKey());
          const done = t(`done.${act.verb}`);
          const said = saidOf(act, done, pending, t);
          const stays = STAYS.includes(act.verb);
          if (pending && !stays) offerUndo(task.id, pending, done);
          else void message.success(said);
          if (stays) {
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
  return { send, sending: isPending, trouble, problem: error, forget: reset };
}
