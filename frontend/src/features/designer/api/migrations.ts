/** /definitions/{id}/migrations: running instances go on in another version; asked for again while the server works. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import { pollInterval } from "@/api/polling";
import type { MigratingRun, Migration, MigrationDetail, NewMigration, Page } from "@/api/types";

const AT_WORK_MS = 1_500;
const PAGE = 50;

export const isAtWork = (migration: Pick<Migration, "status">): boolean =>
  migration.status === "planning" || migration.status === "running";

const addressOf = (flow: string, ...rest: string[]): string =>
  `/${["definitions", flow, "migrations", ...rest].join("/")}`;

export function useMigrations(flow: string) {
  return useInfiniteQuery({
    queryKey: ["migrations", flow],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Migration>>(addressOf(flow), { query: { cursor: pageParam, limit: PAGE }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useMigration(flow: string, id: string) {
  return useQuery({
    queryKey: ["migration", flow, id],
    queryFn: ({ signal }) => get<MigrationDetail>(addressOf(flow, id), { signal }),
    refetchInterval: (query) => {
      if (!query.state.data || !isAtWork(query.state.data)) return false;
      return Math.min(AT_WORK_MS, pollInterval(query));
    },
  });
}

/** Which runs of a migration are shown: by what would become of them, or by what did. */
export type Shown = { verdict?: MigratingRun["verdict"]; status?: MigratingRun["status"] };

/** Read again while the server works, and once more when it has done. */
export function useMigratingRuns(flow: string, migration: Migration, shown: Shown) {
  const { id, status } = migration;
  return useInfiniteQuery({
    queryKey: ["migration", flow, id, "runs", shown, status],
    queryFn: ({ pageParam, signal }) =>
      get<Page<MigratingRun>>(addressOf(flow, id, "runs"), {
        query: { ...shown, cursor: pageParam, limit: PAGE },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: (query) => (isAtWork(migration) ? pollInterval(query) : false),
  });
}

/** Plan one, carry it out, or plan its way back; everything shown of migrations and versions is read again. */
export function useMigrationAct<T>(flow: string, act: (given: T) => Promise<Migration>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: async () => {
      await Promise.all(
        [
          ["migrations", flow],
          ["migration", flow],
          ["versions", flow],
        ].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
}

export const planMigration = (flow: string, wanted: NewMigration) => post<Migration>(addressOf(flow), wanted);

export const carryOut = (flow: string, id: string, reason: string) =>
  post<Migration>(addressOf(flow, id, "run"), { reason });

export const planBack = (flow: string, id: string) => post<Migration>(addressOf(flow, id, "undo"), {});
