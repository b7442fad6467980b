/** Names of a drawing's steps and branches in the reader's language. */
import { useTranslation } from "react-i18next";
import type { GraphDocument } from "@/api/documents";
import { useLocal } from "@/i18n/local";
import { branchesOf } from "@/graph/document";

const NOTHING: GraphDocument = { format: 1, variables: [], nodes: [], edges: [] };

export type Steps = {
  title: (node: string) => string;
  branch: (node: string, port: string) => string;
  variable: (name: string) => string;
};

/** What the flow calls a step, or its id while the drawing is not here. */
export function useStepName(graph: GraphDocument | undefined): (id: string) => string {
  const steps = useSteps(graph ?? NOTHING);
  return (id) => steps.title(id);
}

export function useSteps(graph: GraphDocument): Steps {
  const { t } = useTranslation("graph");
  const local = useLocal();
  const nodeOf = (id: string) => graph.nodes.find((one) => one.id === id);
  return {
    title: (id) => {
      const node = nodeOf(id);
      if (!node) return id;
      return local(node.name) || t(`kind.${node.type}`, { defaultValue: id });
    },
    branch: (id, port) => {
      const node = nodeOf(id);
      const named = node && branchesOf(node).find((branch) => branch.port === port)?.name;
      return local(named) || t(`port.${port}`, { defaultValue: port });
    },
    variable: (name) => local(graph.variables.find((one) => one.name === name)?.label) || name,
  };
}
