/** Saves the draft a moment after the last change, one request at a time; never over a newer one of somebody else. */
import { useCallback, useEffect, useRef, useState } from "react";
import { isApiError } from "@/api/problem";
import { saveDraft } from "../api/draft";
import type { EditorStore } from "./store";

const WAIT_MS = 900;
const RETRY_MS = 5_000;

export interface Conflict {
  editedBy: string;
  editedAt: string | null;
  revision: number;
}

export function useAutosave(id: string, store: EditorStore) {
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const running = useRef<Promise<boolean> | null>(null);

  const saveNow = useCallback(async (): Promise<boolean> => {
    while (running.current) await running.current;
    const { document, saved, revision, save } = store.getState();
    if (document === saved || save === "conflict") return document === saved;
    const attempt = async (): Promise<boolean> => {
      store.getState().patch({ save: "saving" });
      try {
        const answer = await saveDraft(id, revision, document);
        const still = store.getState().document === document;
        store.getState().patch({
          revision: answer.revision,
          problems: answer.problems,
          saved: document,
          savedAt: Date.now(),
          save: still ? "saved" : "unsaved",
        });
        return still;
      } catch (error) {
        if (!isApiError(error, "definition.revision_conflict")) {
          store.getState().patch({ save: "failed" });
          return false;
        }
        store.getState().patch({ save: "conflict" });
        const current = error.fields["current_revision"];
        setConflict({
          editedBy: error.text("edited_by") ?? "",
          editedAt: error.text("edited_at"),
          revision: typeof current === "number" ? current : revision + 1,
        });
        return false;
      }
    };
    running.current = attempt().finally(() => {
      running.current = null;
    });
    return running.current;
  }, [id, store]);

  useEffect(() => {
    let timer = 0;
    const schedule = (): void => {
      window.clearTimeout(timer);
      const { save } = store.getState();
      if (save === "unsaved") timer = window.setTimeout(() => void saveNow(), WAIT_MS);
      else if (save === "failed") timer = window.setTimeout(() => void saveNow(), RETRY_MS);
    };
    const stop = store.subscribe(schedule);
    return () => {
      stop();
      window.clearTimeout(timer);
      void saveNow();
    };
  }, [store, saveNow]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (store.getState().save !== "saved") event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [store]);

  return { saveNow, conflict, clearConflict: () => setConflict(null) };
}
