import { useQueries } from "@tanstack/react-query";
import { get } from "@/api/client";
import { drawn, type GraphDocument } from "@/api/documents";
import type { Instance, StoredVersion } from "@/api/types";

/** Whatever says on which version it runs: a run, or what the audit log says of one. */
type OnVersion = Pick<Instance, "version"> & { definition: Pick<Instance["definition"], "id"> };

const keyOf = (one: OnVersion): string => `${one.definition.id}/${one.version}`;

/** The drawings of the versions that these runs are on: a list names its steps by id only. Versions never change. */
export function useVersionGraphs(runs: readonly OnVersion[]): (run: OnVersion) => GraphDocument | null {
  const wanted = new Map(runs.map((one) => [keyOf(one), one]));
  const keys = [...wanted.keys()].sort();
  const answers = useQueries({
    queries: keys.map((key) => ({
      queryKey: ["version", key],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const [id = "", version = ""] = key.split("/");
        const address = `/definitions/${encodeURIComponent(id)}/versions/${version}`;
        return drawn(await get<StoredVersion>(address, { signal }));
      },
      staleTime: Infinity,
    })),
  });
  const graphs = new Map(keys.map((key, index) => [key, answers[index]?.data?.graph ?? null]));
  return (run) => graphs.get(keyOf(run)) ?? null;
}
