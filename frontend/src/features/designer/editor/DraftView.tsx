/** A draft to look at: on a phone, and for those who may not edit. */
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { hasRole, useCurrentUser } from "@/api/session";
import type { DefinitionSummary, Draft } from "@/api/types";
import { useLocal } from "@/i18n/local";
import { FlowStatus } from "../list/FlowStatus";
import { DraftProblems } from "./DraftProblems";
import styles from "./Editor.module.css";

export function DraftView({
  definition,
  draft,
  phone,
}: {
  definition: DefinitionSummary;
  draft: Draft;
  phone: boolean;
}): ReactElement {
  const { t } = useTranslation("designer");
  const title = useLocal()(definition.title);
  const rehearses = hasRole(useCurrentUser(), "designer");
  return (
    <div className={styles.viewOnly}>
      <header className={styles.viewHead}>
        <h1>{title}</h1>
        <FlowStatus definition={definition} />
        <p className="muted">{t(phone ? "view.phone" : "view.readOnly")}</p>
        {phone && rehearses && <Link to={`/flows/${definition.id}/test`}>{t("bar.rehearse")}</Link>}
      </header>
      <div className={styles.viewBody}>
        <DraftProblems draft={draft} label={t("view.label", { title })} />
      </div>
    </div>
  );
}
