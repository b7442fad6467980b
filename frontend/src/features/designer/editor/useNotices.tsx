/** Tells what an edit did: spoken always; shown when something vanished, was undone, or could not be done. */
import { App, Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "@/ui/announce";
import type { EditorStore, Notice } from "./store";
import { useSaid } from "./useSaid";

const VANISHING = new Set(["remove", "removeBranch"]);

export function useNotices(store: EditorStore): void {
  const { message } = App.useApp();
  const { t } = useTranslation("designer");
  const say = useSaid();
  useEffect(() => {
    const show = (notice: Notice): void => {
      if (notice.kind === "refused") {
        const text = say(notice.said, "refused");
        announce(text);
        void message.warning({ content: text, key: "designer" });
        return;
      }
      const text = say(notice.said, "said");
      const words = notice.kind === "done" ? text : t(`notice.${notice.kind}`, { what: text });
      announce(words);
      if (notice.kind !== "done") void message.info({ content: words, key: "designer", duration: 2 });
      else if (VANISHING.has(notice.command)) {
        const content = (
          <>
            {words}
            <Button type="link" size="small" onClick={() => store.getState().undo()}>
              {t("command.undo")}
            </Button>
          </>
        );
        void message.success({ content, key: "designer", duration: 6 });
      }
    };
    return store.subscribe((state, before) => {
      if (state.notice && state.notice !== before.notice) show(state.notice);
    });
  }, [store, message, say, t]);
}
