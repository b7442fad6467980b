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
import { useSteps } from "../instance/useSteps";
import { openIncidents } from "../standing";
import { movesMoney } from "./effects";
import { proofOf, useDraft } from "./useDraft";

function wantedOf(kind: InterventionKind, run: Run, target: string | null): Intervention | null {
  switch (kind) {
    case "force-advance":
      return target === null ? null : { kind, target };
    case "cancel":
      return { kind };
    case "retry": {
      const [incident] = openIncidents(run);
      return incident ? { kind, incident: incident.id } : null;
    }
  }
}

export function useIntervention(kind: InterventionKind, run: Run, onDone: () => void) {
  const { t } = useTranslation("console");
  const { message } = App.useApp();
  const steps = useSteps(run.graph);
  const [target, setTarget] = useState<string | null>(null);
  const [stale, setStale] = useState(false);
  const wanted = wantedOf(kind, run, target);
  const preview = usePreview(run.id, wanted);
  const apply = useApply(run.id);
  const shown = preview.error ? undefined : preview.data;
  const proof = kind !== "cancel" && movesMoney(shown) ? proofOf(run) : null;
  const draft = useDraft(proof);

  const done = () => {
    const said = t(`force.done.${kind}`, { step: target === null ? "" : steps.title(target) });
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

  return {
    target,
    chooseTarget: (node: string) => {
      setTarget(node);
      setStale(false);
      draft.unsettle();
      apply.reset();
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
