/** When a schedule comes next, by the server's own reading of it; the browser has no second one. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { post } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { SchedulePreview } from "@/api/types";
import { useSettled } from "./checkExpression";

const WAIT_MS = 300;

export interface Preview {
  next: readonly string[];
  /** The code of what is wrong with the schedule; empty when nothing is. */
  refusal: string;
}

const NOTHING: Preview = { next: [], refusal: "" };

export function useSchedulePreview(cron: string, zone: string): Preview {
  const asked = useSettled(`${zone} ${cron.trim()}`, WAIT_MS);
  const query = useQuery({
    queryKey: ["schedule", asked],
    queryFn: async ({ signal }): Promise<Preview> => {
      const body = { zone: asked.slice(0, asked.indexOf(" ")), cron: asked.slice(asked.indexOf(" ") + 1) };
      try {
        const { next } = await post<SchedulePreview>("/schedules/preview", body, { signal });
        return { next, refusal: "" };
      } catch (error) {
        if (error instanceof ApiError && error.status === 422) return { next: [], refusal: error.code };
        throw error;
      }
    },
    enabled: cron.trim() !== "",
    placeholderData: keepPreviousData,
  });
  return cron.trim() === "" ? NOTHING : (query.data ?? NOTHING);
}
