/** The state of the inbox that lives in the address: box, search and the selected task. */
import { useCallback, useMemo } from "react";
import { type NavigateOptions, useNavigate, useParams, useSearchParams } from "react-router";
import type { TaskBox } from "@/api/types";

export const BOXES: TaskBox[] = ["todo", "done", "started"];

export function addressOf(box: TaskBox, q: string, id: string | null = null): string {
  const parameters = new URLSearchParams();
  if (box !== "todo") parameters.set("box", box);
  if (q) parameters.set("q", q);
  const query = parameters.toString();
  return `/inbox${id ? `/${id}` : ""}${query ? `?${query}` : ""}`;
}

export type Select = (id: string | null, options?: Pick<NavigateOptions, "replace" | "flushSync">) => void;

export function useInboxAddress() {
  const { taskId } = useParams();
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const box = BOXES.find((one) => one === parameters.get("box")) ?? "todo";
  const q = parameters.get("q") ?? "";
  const select: Select = useCallback(
    (id, options) => void navigate(addressOf(box, q, id), options),
    [navigate, box, q],
  );
  const search = useCallback(
    (text: string) => void navigate(addressOf(box, text, taskId), { replace: true }),
    [navigate, box, taskId],
  );
  return useMemo(
    () => ({ box, q, selected: taskId ?? null, select, search }),
    [box, q, taskId, select, search],
  );
}
