/** Preview → acknowledge → apply, for each kind of intervention; a stale preview is taken anew and must be read again. */
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/problem";
import type { InterventionKind } from "@/api/types";
import { announce } from "@/ui/announce";
import { useApply } from "../api/applyIntervention";
import type { Run } from "../api/instance";
import type { Intervention } from "../api/intervention";
import { usePreview } from "../api/previewIntervention";
import { useVersionGraphs } from "../api/versionGraphs";
import { useSteps } from "@/graph/useSteps";
import { openIncidents } from "../standing";
import { movesMoney } from "./effects";
import { proofOf, useDraft } from "./useDraft";

/** Where to: a step, or a version with places for the steps that it does not have. */
type Aim = { target: string | null; version: number | null; mapping: Record<string, string> };

const NOWHERE: Aim = { target: null, version: null, mapping: {} };

function wantedOf(kind: InterventionKind, run: Run, aim: Aim): Intervention | null {
  const { target, version, mapping } = aim;
  switch (kind) {
    case "force-advance":
    case "return":
      return target === null ? null : { kind, target };
    case "cancel":
      return { kind };
    case "migrate":
      return version === null ? null : { kind, version, mapping };
    case "retry":
    case "skip": {
      const [incident] = openIncidents(run);
      return incident ? { kind, incident: incident.id } : null;
    }
  }
}

export function useIntervention(kind: InterventionKind, run: Run, onDone: () => void) {
  const { t } = useTranslation("console");
  const { message } = App.useApp();
  const steps = useSteps(run.graph);
  const [aim, setAim] = useState<Aim>(NOWHERE);
  const [stale, setStale] = useState(false);
  const { target, version } = aim;
  const wanted = wantedOf(kind, run, aim);
  const goingOnIn = version === null ? [] : [{ definition: run.definition, version }];
  const arriving = useVersionGraphs(goingOnIn);
  const preview = usePreview(run.id, wanted);
  const apply = useApply(run.id);
  const shown = preview.error ? undefined : preview.data;
  const proof = kind !== "cancel" && movesMoney(shown) ? proofOf(run) : null;
  const draft = useDraft(proof);

  const done = () => {
    const said = t(`force.done.${kind}`, { step: target === null ? "" : steps.title(target), version });
    void message.success(said);
    announce(said);
    onDone();
  };
  const refused = (problem: unknown) => {
    if (!isApiError(problem, "force.stale_token")) return;
    setStale(true);
    draft.unsettle();
    void preview.refetch();
  };

  const aimAt = (chosen: Aim) => {
    setAim(chosen);
    setStale(false);
    draft.unsettle();
    apply.reset();
  };

  return {
    target,
    version,
    mapping: aim.mapping,
    /** The drawing that the run would go on in. */
    arriving: goingOnIn[0] ? arriving(goingOnIn[0]) : null,
    chooseTarget: (node: string) => aimAt({ ...NOWHERE, target: node }),
    chooseVersion: (chosen: number) => aimAt({ ...NOWHERE, version: chosen }),
    mapTo: (node: string, to: string | null) => {
      const others = Object.entries(aim.mapping).filter(([one]) => one !== node);
      aimAt({ ...aim, mapping: Object.fromEntries(to === null ? others : [...others, [node, to]]) });
    },
    wanted,
    preview,
    shown,
    proof,
    draft,
    stale,
    busy: apply.isPending,
    problem: isApiError(apply.error, "force.stale_token") ? null : apply.error,
    submit: () => {
      if (!draft.complete || !wanted || !shown || apply.isPending) return draft.tell();
      apply.mutate(
        { wanted, token: shown.token, reason: draft.reason.trim() },
        { onSuccess: done, onError: refused },
      );
    },
  };
}
