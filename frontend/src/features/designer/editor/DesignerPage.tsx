/** One flow: edited on a wide screen, looked at on a phone. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { DefinitionSummary, Draft } from "@/api/types";
import { useNodeTypes } from "@/graph/useSpeech";
import { useLocal } from "@/i18n/local";
import { ErrorState } from "@/ui/ErrorState";
import { Loading } from "@/ui/Loading";
import { usePage } from "@/ui/page";
import { usePhone } from "@/ui/useMediaQuery";
import { useDefinition } from "../api/definitions";
import { useDraft } from "../api/draft";
import { Designer } from "./Designer";
import { DraftView } from "./DraftView";

export function DesignerPage(): ReactElement {
  const { t } = useTranslation("designer");
  const { id = "" } = useParams();
  const local = useLocal();
  const phone = usePhone();
  const definition = useDefinition(id);
  const draft = useDraft(id);
  const types = useNodeTypes();
  const user = useCurrentUser();
  usePage([{ label: t("title"), to: "/flows" }, { label: local(definition.data?.title) || "…" }]);
  const failed = definition.error ?? draft.error ?? types.error;
  if (failed) {
    const retry = (): void => {
      for (const query of [definition, draft, types]) if (query.isError) void query.refetch();
    };
    return <ErrorState error={failed} onRetry={retry} />;
  }
  if (!definition.data || !draft.data || !types.data) return <Loading label={t("loading.draft")} />;
  const edits = hasRole(user, "designer");
  if (phone || !edits) return <DraftView definition={definition.data} draft={draft.data} phone={phone} />;
  return <Editing key={id} definition={definition.data} draft={draft.data} />;
}

function Editing({ definition, draft }: { definition: DefinitionSummary; draft: Draft }): ReactElement {
  return <Designer definition={definition} draft={draft} />;
}
