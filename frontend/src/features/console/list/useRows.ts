/** What a row says about a run, in words. */
import { useTranslation } from "react-i18next";
import type { Instance } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { formatDuration } from "@/ui/duration";
import { useVersionGraphs } from "../api/versionGraphs";
import { currentNodes, nextDue, nodeTitle, openIncidents } from "../standing";
import { useSubjectTitle } from "../subjectTitle";
import { type Said, useStanding } from "../useStanding";

export type Row = {
  instance: Instance;
  title: string;
  flow: string;
  step: string;
  said: Said;
  standsFor: string;
  due: string | null;
  /** The incident that can be tried again, when there is one. */
  incident: string | null;
};

function needsGraph(instance: Instance): boolean {
  return instance.tokens.some((token) => !instance.tasks.some((task) => task.node === token.node));
}

export function useRows(instances: readonly Instance[]): Row[] {
  const { t } = useTranslation("ui");
  const local = useLocal();
  const titleOf = useSubjectTitle();
  const say = useStanding();
  const graphOf = useVersionGraphs(instances.filter(needsGraph));
  return instances.map((instance) => {
    const graph = graphOf(instance);
    const said = say(instance, graph);
    return {
      instance,
      title: titleOf(instance.subject),
      flow: local(instance.definition.title),
      step: currentNodes(instance)
        .map((node) => local(nodeTitle(node, graph, instance.tasks)))
        .join(t("list.comma")),
      said,
      standsFor: said.seconds === null ? "" : formatDuration(said.seconds, t),
      due: instance.status === "running" ? nextDue(instance) : null,
      incident: openIncidents(instance)[0]?.id ?? null,
    };
  });
}
