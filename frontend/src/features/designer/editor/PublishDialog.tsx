/** Publishing: what changed, in sentences; what it means for orders under way; when; and a note for those who come later. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Input, Modal } from "antd";
import { type ReactElement, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { isApiError } from "@/api/problem";
import type { Problem } from "@/api/types";
import { announce } from "@/ui/announce";
import { formatDateTime } from "@/ui/dateFormat";
import { useDrawingComparison } from "../api/comparison";
import { definitionsKey } from "../api/definitions";
import { askToPublish, publishDraft } from "../api/draft";
import { useVersions } from "../api/versions";
import { ChangeList } from "../changes/ChangeList";
import { useChangeText } from "../changes/useChangeText";
import { focusOnShow } from "../focusOnShow";
import styles from "./Editor.module.css";
import { FailingCases } from "./FailingCases";
import { useEditor, useEditorState } from "./editorContext";
import { EffectiveDay } from "./EffectiveDay";
import { useFlowProblem } from "./useFlowProblem";

const MOST_IN_NOTE = 6;
/** Long enough to find the way to taking it back. */
const TOAST_SECONDS = 10;

interface PublishDialogProps {
  open: boolean;
  onClose: () => void;
  onShowProblems: () => void;
}

export function PublishDialog({ open, onClose, onShowProblems }: PublishDialogProps): ReactElement {
  const { t } = useTranslation("designer");
  return (
    <Modal
      open={open}
      onCancel={onClose}
      title={t("publish.title")}
      footer={null}
      width={560}
      destroyOnHidden
    >
      <PublishForm onClose={onClose} onShowProblems={onShowProblems} />
    </Modal>
  );
}

/** The sentences against the live version, and what they are as a note. */
function useChanges() {
  const { t } = useTranslation("designer");
  const { definition } = useEditor();
  const graph = useEditorState((state) => state.document.graph);
  const first = definition.live_version === null;
  const found = useDrawingComparison(definition.id, "live", graph, !first);
  const say = useChangeText(graph.variables);
  const changes = found.data?.changes ?? [];
  const prefilled = first ? t("publish.firstNote") : changes.slice(0, MOST_IN_NOTE).map(say).join("\n");
  return { first, graph, found, say, changes, prefilled, waiting: !first && found.isPending };
}

function PublishForm({ onClose, onShowProblems }: Omit<PublishDialogProps, "open">): ReactElement {
  const { t } = useTranslation("designer");
  const problems = useEditorState((state) => state.problems);
  const errors = problems.filter((one) => one.severity === "error");
  const changes = useChanges();
  const [note, setNote] = useState<string | null>(null);
  const [takeOver, setTakeOver] = useState(false);
  const [despite, setDespite] = useState("");
  const [day, setDay] = useState<Date | null | "missing">(null);
  const publish = usePublish(onClose);
  const text = note ?? changes.prefilled;
  return (
    <form
      className={styles.publish}
      onSubmit={(event) => {
        event.preventDefault();
        if (day !== "missing")
          publish.mutate({ note: text.trim(), takeOver, despite: despite.trim(), day, ask: publish.mustAsk });
      }}
    >
      <Blocked
        errors={errors}
        onShow={() => {
          onClose();
          onShowProblems();
        }}
      />
      <section>
        <h3>{t("publish.changes")}</h3>
        <Changes {...changes} />
      </section>
      <section>
        <h3>{t("publish.running")}</h3>
        <p>{useRunningWords()}</p>
      </section>
      <section>
        <h3>{t("publish.when")}</h3>
        <EffectiveDay value={day} onChange={setDay} />
        <Superseded />
      </section>
      <section>
        <h3>
          <label htmlFor="publish-note">{t("publish.note")}</label>
        </h3>
        <Input.TextArea
          id="publish-note"
          required
          rows={4}
          maxLength={2000}
          value={text}
          onChange={(event) => setNote(event.target.value)}
        />
      </section>
      <Refused error={publish.error} takeOver={takeOver} onTakeOver={setTakeOver}>
        {isApiError(publish.error, "definition.cases_failed") && (
          <FailingCases error={publish.error} despite={despite} onChange={setDespite} />
        )}
      </Refused>
      {publish.mustAsk && <Alert type="info" showIcon title={t("publish.fourEyes")} />}
      <div className={styles.publishButtons}>
        <Button onClick={onClose}>{t("publish.cancel")}</Button>
        <Button
          type="primary"
          htmlType="submit"
          ref={focusOnShow}
          loading={publish.isPending}
          disabled={text.trim() === "" || errors.length > 0 || changes.waiting || day === "missing"}
        >
          {publish.mustAsk ? t("publish.ask") : <ConfirmWords />}
        </Button>
      </div>
    </form>
  );
}

/** The number that the version will have: one more than the newest, live or not. */
function ConfirmWords(): ReactElement {
  const { t } = useTranslation("designer");
  const { definition } = useEditor();
  const newest = useVersions(definition.id).data?.results[0]?.version ?? definition.live_version ?? 0;
  return <>{t("publish.confirm", { version: newest + 1 })}</>;
}

function Refused({
  error,
  takeOver,
  onTakeOver,
  children,
}: {
  error: Error | null;
  takeOver: boolean;
  onTakeOver: (wanted: boolean) => void;
  children: ReactNode;
}): ReactElement | null {
  const { t } = useTranslation("designer");
  const tell = useFlowProblem();
  if (error === null || isApiError(error, "publish.needs_another_person")) return null;
  const contested = isApiError(error, "trigger.taken");
  return (
    <Alert
      type="error"
      showIcon
      title={tell(error)}
      description={
        contested ? (
          <Checkbox checked={takeOver} onChange={(event) => onTakeOver(event.target.checked)}>
            {t("publish.takeOver")}
          </Checkbox>
        ) : (
          children
        )
      }
    />
  );
}

function Superseded(): ReactElement | null {
  const { t } = useTranslation("designer");
  const { planned } = useEditor().definition;
  if (planned === null) return null;
  const when = formatDateTime(new Date(planned.effective_at));
  return <p className="muted">{t("publish.supersedes", { version: planned.version, when })}</p>;
}

function Blocked({
  errors,
  onShow,
}: {
  errors: readonly Problem[];
  onShow: () => void;
}): ReactElement | null {
  const { t } = useTranslation("designer");
  const { store } = useEditor();
  if (errors.length === 0) return null;
  const show = (): void => {
    onShow();
    const place = errors[0]?.node;
    if (place != null) store.getState().goTo(place);
  };
  const action = (
    <Button size="small" onClick={show}>
      {t("publish.showFirst")}
    </Button>
  );
  return (
    <Alert type="error" showIcon title={t("publish.blocked", { count: errors.length })} action={action} />
  );
}

function Changes({
  first,
  graph,
  found,
  changes,
  say,
  waiting,
}: ReturnType<typeof useChanges>): ReactElement {
  const { t } = useTranslation("designer");
  const tell = useFlowProblem();
  if (first) return <p>{t("publish.first", { count: graph.nodes.length })}</p>;
  if (waiting) return <p className="muted">{t("publish.comparing")}</p>;
  if (found.isError) return <Alert type="warning" showIcon title={tell(found.error)} />;
  if (changes.length === 0) return <p>{t("publish.same")}</p>;
  return (
    <div className={styles.changes}>
      <ChangeList changes={changes} say={say} />
    </div>
  );
}

/** What happens to the orders under way, by the version each of them runs on. */
function useRunningWords(): string {
  const { t } = useTranslation("designer");
  const { definition } = useEditor();
  const versions = useVersions(definition.id).data?.results ?? [];
  const busy = versions.filter((one) => one.running > 0);
  const count = busy.reduce((sum, one) => sum + one.running, 0);
  const [only] = busy;
  if (!only) return t("publish.runningNone");
  if (busy.length === 1) return t("publish.runningOne", { count, version: only.version });
  const list = busy
    .map((one) => t("publish.runningOf", { version: one.version, count: one.running }))
    .join(", ");
  return t("publish.runningSeveral", { count, list });
}

interface Wish {
  note: string;
  takeOver: boolean;
  despite: string;
  day: Date | null;
  /** Ask a second person instead of publishing. */
  ask: boolean;
}

function usePublish(onClose: () => void) {
  const { t } = useTranslation("designer");
  const { definition, store, saveNow } = useEditor();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const client = useQueryClient();
  const publish = useMutation({
    mutationFn: async ({ note, takeOver, despite, day, ask }: Wish) => {
      await saveNow();
      const given = {
        revision: store.getState().revision,
        note,
        ...(takeOver ? { take_over: true } : {}),
        ...(despite ? { despite_cases: despite } : {}),
        ...(day === null ? {} : { effective_at: day.toISOString() }),
      };
      if (ask) {
        await askToPublish(definition.id, given);
        return { words: t("publish.asked"), version: null };
      }
      const { version, live, effective_at } = await publishDraft(definition.id, given);
      const when = formatDateTime(new Date(effective_at));
      const words = live ? t("publish.done", { version }) : t("publish.planned", { version, when });
      return { words, version };
    },
    onSuccess: async ({ words, version }) => {
      announce(words);
      const show = version !== null && (
        <Button
          type="link"
          size="small"
          onClick={() => void navigate(`/flows/${definition.id}/versions/${String(version)}`)}
        >
          {t("publish.orWithdraw")}
        </Button>
      );
      void message.success({ content: [<span key="words">{words}</span>, show], duration: TOAST_SECONDS });
      onClose();
      await client.invalidateQueries({ queryKey: definitionsKey });
      await client.invalidateQueries({ queryKey: ["versions", definition.id] });
    },
  });
  // The server knows who has changed the drawing; once it has said so, the same button asks somebody else.
  const [mustAsk, setMustAsk] = useState(false);
  if (!mustAsk && isApiError(publish.error, "publish.needs_another_person")) setMustAsk(true);
  const { mutate, error, isPending } = publish;
  return { mutate, error, isPending, mustAsk };
}
