/** Somebody else saved a newer draft: both are kept until a person chooses. */
import { Button, Modal } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { diffGraphs } from "@/graph/diff";
import type { Draft } from "@/api/types";
import { formatTime } from "@/ui/dateFormat";
import { readDraft } from "../api/draft";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import type { Conflict } from "./useAutosave";
import { useDiffText } from "./useDiffText";

export function ConflictDialog({
  conflict,
  onSettled,
}: {
  conflict: Conflict;
  onSettled: () => void;
}): ReactElement {
  const { t } = useTranslation("designer");
  const { definition, store, saveNow } = useEditor();
  const graph = useEditorState((state) => state.document.graph);
  const [theirs, setTheirs] = useState<Draft | null>(null);
  const [busy, setBusy] = useState(false);
  const say = useDiffText(graph);
  const load = async (): Promise<Draft | null> => {
    setBusy(true);
    try {
      const draft = await readDraft(definition.id);
      setTheirs(draft);
      return draft;
    } catch {
      return null;
    } finally {
      setBusy(false);
    }
  };
  const keepMine = async (): Promise<void> => {
    const draft = theirs ?? (await load());
    if (!draft) return;
    store.getState().patch({
      revision: draft.revision,
      save: "unsaved",
      saved: { graph: draft.graph, layout: draft.layout },
    });
    onSettled();
    await saveNow();
  };
  const takeTheirs = async (): Promise<void> => {
    const draft = theirs ?? (await load());
    if (!draft) return;
    store
      .getState()
      .replaceDocument({ graph: draft.graph, layout: draft.layout }, draft.revision, draft.problems);
    onSettled();
  };
  const at = conflict.editedAt === null ? "" : formatTime(new Date(conflict.editedAt));
  const lines = theirs ? diffGraphs(theirs.graph, graph) : [];
  return (
    <Modal open title={t("conflict.title")} closable={false} mask={{ closable: false }} footer={null}>
      <div className={styles.publish}>
        <p>{t("conflict.text", { who: conflict.editedBy, at })}</p>
        {theirs && (
          <ul className={styles.changes}>
            {lines.map((line, index) => (
              <li key={index} data-sign={line.sign}>
                <span aria-hidden="true">{line.sign}</span>
                {say(line)}
              </li>
            ))}
            {lines.length === 0 && <li>{t("conflict.equal")}</li>}
          </ul>
        )}
        <div className={styles.publishButtons}>
          {!theirs && (
            <Button loading={busy} onClick={() => void load()}>
              {t("conflict.compare")}
            </Button>
          )}
          <Button onClick={() => void takeTheirs()}>{t("conflict.theirs")}</Button>
          <Button type="primary" onClick={() => void keepMine()}>
            {t("conflict.mine")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
