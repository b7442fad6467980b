/** Offers to take an answer back for as long as the server holds it. */
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useCallback } from "react";
import type { Task } from "@/api/types";
import { UndoToast } from "./UndoToast";
import { toastKey } from "./useUndo";

type Pending = NonNullable<Task["pending"]>;

/** By the server's own times: the clocks of the two need not agree. */
export function heldMs(pending: Pending): number {
  return Date.parse(pending.commit_at) - Date.parse(pending.at);
}

export function useOfferUndo(onUndone: (id: string) => void) {
  const { message } = App.useApp();
  const client = useQueryClient();
  return useCallback(
    (id: string, pending: Pending, done: string) => {
      const end = Date.now() + heldMs(pending);
      const over = () => void client.invalidateQueries({ queryKey: ["tasks"] });
      void message.open({
        key: toastKey(id),
        type: "success",
        duration: 0,
        content: <UndoToast id={id} done={done} end={end} onUndone={onUndone} onOver={over} />,
      });
    },
    [message, client, onUndone],
  );
}
