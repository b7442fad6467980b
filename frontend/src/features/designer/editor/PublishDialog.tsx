/** Publishing: what changed, in sentences; what it means for orders under way; and a note for those who come later. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Input, Modal } from "antd";
import { type ReactElement, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/problem";
import type { Problem } from "@/api/types";
import { type DiffLine, diffGraphs } from "@/graph/diff";
import type { Graph } from "@/graph/document";
import { announce } from "@/ui/announce";

import { definitionsKey } from "../api/definitions";
import { publishDraft } from "../api/draft";
import { useVersion, useVersions } from "../api/versions";
import { focusOnShow } from "../focusOnShow";
import styles from "./Editor.module.css";
import { useFlowProblem } from "./useFlowProblem";
import { useEditor, useEditorState } from "./editorContext";
import { useDiffText } from "./useDiffText";

const EMPTY: Graph = { format: 1, variables: [], nodes: [], edges: [] };

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

function PublishForm({ onClose, onShowProblems }: Omit<PublishDialogProps, "open">): ReactElement {
  const { t } = useTranslation("designer");
  const { definition } = useEditor();
  const graph = useEditorState((state) => state.document.graph);
  const problems = useEditorState((state) => state.problems);
  const errors = problems.filter((one) => one.severity === "error");
  const live = useVersion(definition.id, definition.live_version);
  const lines = useMemo(() => diffGraphs(live.data?.graph ?? EMPTY, graph), [live.data, graph]);
  const say = useDiffText(graph);
  const first = definition.live_version === null;
  const prefilled = first
    ? t("publish.firstNote")
    : lines
        .slice(0, 6)
        .map((line) => say(line))
        .join("\n");
  const [note, setNote] = useState<string | null>(null);
  const [takeOver, setTakeOver] = useState(false);
  const publish = usePublish(onClose);
  const running = useRunningWords();
  const tell = useFlowProblem();
  const text = note ?? prefilled;
  const waiting = !first && live.isPending;
  const contested = isApiError(publish.error, "trigger.taken");
  return (
    <form
      className={styles.publish}
      onSubmit={(event) => {
        event.preventDefault();
        publish.mutate({ note: text.trim(), takeOver });
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
        {first ? (
          <p>{t("publish.first", { count: graph.nodes.length })}</p>
        ) : (
          <Changes lines={lines} say={say} waiting={waiting} />
        )}
      </section>
      <section>
        <h3>{t("publish.running")}</h3>
        <p>{running}</p>
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
      {publish.isError && (
        <Alert
          type="error"
          showIcon
          title={tell(publish.error)}
          description={
            contested && (
              <Checkbox checked={takeOver} onChange={(event) => setTakeOver(event.target.checked)}>
                {t("publish.takeOver")}
              </Checkbox>
            )
          }
        />
      )}
      <div className={styles.publishButtons}>
        <Button onClick={onClose}>{t("publish.cancel")}</Button>
        <Button
          type="primary"
          htmlType="submit"
          ref={focusOnShow}
          loading={publish.isPending}
          disabled={text.trim() === "" || errors.length > 0 || waiting}
        >
          {t("publish.confirm", { version: (definition.live_version ?? 0) + 1 })}
        </Button>
      </div>
    </form>
  );
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
  lines,
  say,
  waiting,
}: {
  lines: DiffLine[];
  say: (line: DiffLine) => string;
  waiting: boolean;
}): ReactElement {
  const { t } = useTranslation("designer");
  if (waiting) return <p className="muted">{t("publish.comparing")}</p>;
  if (lines.length === 0) return <p>{t("publish.same")}</p>;
  return (
    <ul className={styles.changes}>
      {lines.map((line, at) => (
        <li key={at} data-sign={line.sign}>
          <span aria-hidden="true">{line.sign === "~" ? "~" : line.sign === "+" ? "+" : "−"}</span>
          {say(line)}
        </li>
      ))}
    </ul>
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

function usePublish(onClose: () => void) {
  const { t } = useTranslation("designer");
  const { definition, store, saveNow } = useEditor();
  const { message } = App.useApp();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ note, takeOver }: { note: string; takeOver: boolean }) => {
      await saveNow();
      const { revision } = store.getState();
      return publishDraft(definition.id, { revision, note, ...(takeOver ? { take_over: true } : {}) });
    },
    onSuccess: async (published) => {
      const words = t("publish.done", { version: published.version });
      announce(words);
      void message.success(words, 5);
      onClose();
      await client.invalidateQueries({ queryKey: definitionsKey });
      await client.invalidateQueries({ queryKey: ["versions", definition.id] });
    },
  });
}
