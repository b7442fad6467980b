/** Somebody else saved a newer draft: both are kept until a person chooses. */
import { Alert, Button, Modal } from "antd";
import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Draft } from "@/api/types";
import { formatTime } from "@/ui/dateFormat";
import { useProblemText } from "@/ui/problemText";
import { readDraft } from "../api/draft";
import { useDrawingComparison } from "../api/comparison";
import { ChangeList } from "../changes/ChangeList";
import { useChangeText } from "../changes/useChangeText";
import styles from "./Editor.module.css";
import { useEditor, useEditorState } from "./editorContext";
import type { Conflict } from "./useAutosave";

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
  const tell = useProblemText();
  const [busy, setBusy] = useState(false);
  const say = useChangeText(graph.variables);
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
  const found = useDrawingComparison(definition.id, "draft", graph, theirs !== null);
  return (
    <Modal open title={t("conflict.title")} closable={false} mask={{ closable: false }} footer={null}>
      <div className={styles.publish}>
        <p>{t("conflict.text", { who: conflict.editedBy, at })}</p>
        {theirs && found.isPending && <p className="muted">{t("versions.comparing")}</p>}
        {found.isError && <Alert type="error" showIcon title={tell(found.error)} />}
        {theirs && found.data && (
          <div className={styles.changes}>
            <ChangeList changes={found.data.changes} say={say} />
            {found.data.changes.length === 0 && <p>{t("conflict.equal")}</p>}
          </div>
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
