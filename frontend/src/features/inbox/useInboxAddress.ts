/** The state of the inbox that lives in the address: box, filters and the selected task. */
import { useCallback, useMemo } from "react";
import { type NavigateOptions, useNavigate, useParams, useSearchParams } from "react-router";
import type { TaskBox } from "@/api/types";
import { type Filters, NO_FILTERS, readFilters, said } from "./filters/filters";

export const BOXES: TaskBox[] = ["todo", "done", "started", "cc"];

export function addressOf(box: TaskBox, filters: Filters = NO_FILTERS, id: string | null = null): string {
  const parameters = new URLSearchParams();
  if (box !== "todo") parameters.set("box", box);
  for (const [name, value] of Object.entries(said(filters, box))) parameters.set(name, value);
  const query = parameters.toString();
  return `/inbox${id ? `/${id}` : ""}${query ? `?${query}` : ""}`;
}

export type Select = (id: string | null, options?: Pick<NavigateOptions, "replace" | "flushSync">) => void;

export function useInboxAddress() {
  const { taskId } = useParams();
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const box = BOXES.find((one) => one === parameters.get("box")) ?? "todo";
  const text = parameters.toString();
  const filters = useMemo(() => readFilters(new URLSearchParams(text)), [text]);
  const select: Select = useCallback(
    (id, options) => void navigate(addressOf(box, filters, id), options),
    [navigate, box, filters],
  );
  const narrow = useCallback(
    (wanted: Filters) => void navigate(addressOf(box, wanted, taskId), { replace: true }),
    [navigate, box, taskId],
  );
  return useMemo(
    () => ({ box, filters, selected: taskId ?? null, select, narrow }),
    [box, filters, taskId, select, narrow],
  );
}
