import { useMemo } from "react";
import type { NodeTypes } from "@/graph/commands/nodeKit";
import { useNodeTypes } from "@/graph/useSpeech";

/** Node types by name; also where no draft is open. */
export function useEditorTypes(): NodeTypes {
  const results = useNodeTypes().data?.results;
  return useMemo(() => new Map((results ?? []).map((type) => [type.type, type])), [results]);
}
